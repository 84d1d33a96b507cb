// SPDX-License-Identifier: Apache-2.0
#include "apache/checks/xml_check.hpp"

#include "core/ascii.hpp"

#include <expat.h>

#include <memory>
#include <new>
#include <string>
#include <type_traits>

namespace polyauth::apache {

namespace {

using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)>;

// The first thing that is XML, but not accepted here.
struct Objection {
  XML_Parser parser;
  std::optional<Diagnostic> found;

  void raise(const char* text) {
    if (found) return;
    found =
        Diagnostic{XML_GetCurrentLineNumber(parser), XML_GetCurrentColumnNumber(parser) + 1, text};
    XML_StopParser(parser, XML_FALSE);
  }
};

Objection& objection(void* data) { return *static_cast<Objection*>(data); }

extern "C" {
void polyauth_xml_declaration(void* data, const XML_Char*, const XML_Char* encoding, int) {
  // A file that says otherwise would be read otherwise by the phone.
  if (encoding != nullptr && !ascii::equal_ignoring_case(encoding, "UTF-8"))
    objection(data).raise("the encoding is not accepted; write encoding=\"UTF-8\"");
}
void polyauth_xml_doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  objection(data).raise("a document type is not accepted; remove it");
}
void polyauth_xml_comment(void* data, const XML_Char* text) {
  if (std::string_view(text).find('{') != std::string_view::npos)
    objection(data).raise("a placeholder is not accepted in a comment");
}
void polyauth_xml_instruction(void* data, const XML_Char*, const XML_Char* text) {
  if (std::string_view(text).find('{') != std::string_view::npos)
    objection(data).raise("a placeholder is not accepted in a processing instruction");
}
void polyauth_xml_cdata(void* data) {
  objection(data).raise("a CDATA section is not accepted; write the text with &lt; and &amp;");
}
}

} // namespace

std::optional<Diagnostic> xml_error(std::string_view text) {
  const Parser parser(XML_ParserCreate("UTF-8"), XML_ParserFree);
  if (parser == nullptr) throw std::bad_alloc();
  Objection state{parser.get(), std::nullopt};
  XML_SetUserData(parser.get(), &state);
  XML_SetXmlDeclHandler(parser.get(), polyauth_xml_declaration);
  XML_SetStartDoctypeDeclHandler(parser.get(), polyauth_xml_doctype);
  XML_SetCommentHandler(parser.get(), polyauth_xml_comment);
  XML_SetProcessingInstructionHandler(parser.get(), polyauth_xml_instruction);
  XML_SetStartCdataSectionHandler(parser.get(), polyauth_xml_cdata);
  const XML_Status status =
      XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE);
  if (state.found) return state.found;
  if (status == XML_STATUS_OK) return std::nullopt;
  return Diagnostic{XML_GetCurrentLineNumber(parser.get()),
                    XML_GetCurrentColumnNumber(parser.get()) + 1,
                    std::string("the file is not well-formed XML: ") +
                        XML_ErrorString(XML_GetErrorCode(parser.get()))};
}

} // namespace polyauth::apache
