// SPDX-License-Identifier: Apache-2.0
#include "core/rule_book.hpp"
#include "io/file.hpp"
#include "pki/certificate.hpp"
#include "tool/acl_list.hpp"
#include "tool/command.hpp"
#include "tool/explanation.hpp"
#include "tool/section_settings.hpp"
#include "tool/trust_list.hpp"

#include <CLI/CLI.hpp>
#include <ctime>
#include <limits>
#include <memory>

namespace polyauth::tool {

namespace {

constexpr std::uint64_t kMaxCertificateBytes = 1U << 20;
constexpr int kMaxWords = 1000;

struct Options {
  CLI::Option* cn_given = nullptr;
  CLI::Option* cert_given = nullptr;
  CLI::Option* acl_given = nullptr;
  CLI::Option* trust_given = nullptr;
  CLI::Option* crl_given = nullptr;
  std::string cn;
  std::string cert;
  std::string path;
  std::string method = "GET";
  std::string path_info;
  std::string query;
  std::string acl;
  std::string trust;
  std::string crl;
  SettingWords words;
  bool json = false;
};

// Complains as every command does of a line that it cannot understand.
Exit usage(Console& console, const std::string& text) {
  console.error(text);
  console.hint("see polyauthctl explain --help");
  return Exit::kUsage;
}

// A certificate that is stated, or of a file and then with all that is in it.
struct DeviceCertificate {
  X509Ptr x509; // nullptr if it is only stated
  Certificate facts;
};

// The files that a section may judge a device by; those that are not given are not
// asked.
struct SectionFiles {
  std::optional<AclList> acl;
  std::optional<TrustList> trust;
};

// A device whose certificate was presented and verified, as far as is stated.
class StatedDevice final : public DeviceAnswers {
public:
  StatedDevice(const DeviceCertificate& certificate, const IdentityForms& forms,
               const SectionFiles& files, Explanation& explanation)
      : certificate_(certificate), forms_(forms), files_(files), explanation_(explanation) {}

  CertificateState certificate() override { return CertificateState::kVerified; }

  Validity validity() override {
    const std::int64_t now = std::time(nullptr);
    if (certificate_.facts.not_yet_valid_at(now)) return Validity::kNotYetValid;
    return certificate_.facts.expired_at(now) ? Validity::kExpired : Validity::kValid;
  }

  Trust trust() override {
    if (!files_.trust) {
      explanation_.leave_out(Question::kTrust);
      return Trust::kNotAsked;
    }
    verdict_ = files_.trust->judge(certificate_.x509.get());
    explanation_.note(Question::kTrust,
                      verdict_->trusted ? chain_text(*verdict_) : verdict_->problem);
    return verdict_->trusted ? Trust::kTrusted : Trust::kUntrusted;
  }

  Revocation revocation() override {
    if (!verdict_ || !files_.trust->has_crls()) {
      explanation_.leave_out(Question::kRevocation);
      return Revocation::kNotAsked;
    }
    const auto revoked = files_.trust->first_revoked(*verdict_);
    if (!revoked) return Revocation::kGood;
    explanation_.note(Question::kRevocation, verdict_->chain[*revoked].subject + " is revoked");
    return Revocation::kRevoked;
  }

  Identity identity() override {
    const Identity identity = forms_.read(certificate_.facts.subject);
    if (const auto* mac = std::get_if<MacAddress>(&identity))
      explanation_.note(Question::kIdentity, mac->to_string());
    return identity;
  }

  AclAnswer acl(const MacAddress& device) override {
    if (!files_.acl) {
      explanation_.leave_out(Question::kAcl);
      return AclAnswer::kNotSet;
    }
    const AclRuling ruling = files_.acl->consult(device);
    if (ruling.answer != AclAnswer::kUnlisted)
      explanation_.note(Question::kAcl, files_.acl->describe(ruling.entry));
    return ruling.answer;
  }

private:
  const DeviceCertificate& certificate_;
  const IdentityForms& forms_;
  const SectionFiles& files_;
  Explanation& explanation_;
  std::shared_ptr<const Verdict> verdict_;
};

// The certificate that the options state or name; complains itself.
std::optional<DeviceCertificate> certificate_of(const Options& options, Console& console) {
  if (options.cn_given->count() != 0) {
    DeviceCertificate stated;
    stated.facts.subject[Attribute::kCn] = {1, options.cn};
    stated.facts.not_after = std::numeric_limits<std::int64_t>::max();
    return stated;
  }
  const auto fail = [&](const std::string& text) -> std::optional<DeviceCertificate> {
    console.error(options.cert + ' ' + text);
    return std::nullopt;
  };
  const auto contents = read_file(options.cert, kMaxCertificateBytes);
  if (!contents) return fail(contents.error());
  auto x509 = parse_pem_certificate(contents->bytes);
  if (!x509) return fail(x509.error());
  auto certificate = read_certificate(x509->get());
  if (!certificate) return fail("cannot be used: " + certificate.error());
  return DeviceCertificate{std::move(*x509), std::move(*certificate)};
}

// Reads the files that the options name; false if one cannot be used, and says why.
bool load_files(const Options& options, SectionFiles& files, Console& console) {
  if (options.acl_given->count() != 0 && !(files.acl = AclList::load(options.acl, console)))
    return false;
  if (options.trust_given->count() == 0) return true;
  files.trust = TrustList::load(options.trust,
                                options.crl_given->count() != 0 ? &options.crl : nullptr, console);
  return files.trust.has_value();
}

// The options in the words of the server; `whole` holds the path if need be.
Resource resource_of(const Options& options, std::string& whole) {
  Resource resource;
  whole = options.path;
  if (!whole.ends_with(options.path_info)) whole += options.path_info;
  resource.method = options.method;
  resource.path = whole;
  resource.path_info = options.path_info;
  resource.file_exists = !options.path_info.empty();
  resource.query = options.query;
  resource.mapped = std::string_view(whole).substr(0, whole.size() - options.path_info.size());
  return resource;
}

// What may surprise whoever compares the verdict with that of a server.
void give_hints(const Decision& decision, const Resource& resource, const Policy& policy,
                Console& console) {
  if (decision.reason == Reason::kOwnFile &&
      (policy.match == Match::kUri || policy.match == Match::kQuery))
    console.hint("a program is taken to answer; of a plain file the server also wants the "
                 "device's MAC in the mapped path");
  if (decision.reason == Reason::kPathUnsafe && resource.path.find('%') != std::string_view::npos)
    console.hint("--path is the path as the server has decoded it, with a space for %20");
  if (resource.query.empty() && resource.path.find('?') != std::string_view::npos)
    console.hint("--path holds a question mark; a query belongs behind --query");
}

Exit run(const Options& options, Console& console) {
  if ((options.cn_given->count() != 0) == (options.cert_given->count() != 0))
    return usage(console, "explain needs either --cn or --cert");
  if (!options.path.starts_with('/') && options.path != "*")
    return usage(console, "--path: \"" + options.path + "\" does not begin with a slash");
  if (!options.path_info.empty() && !options.path_info.starts_with('/'))
    return usage(console, "--path-info: \"" + options.path_info + "\" does not begin with a slash");
  if (options.trust_given->count() != 0 && options.cert_given->count() == 0)
    return usage(console, "--trust needs --cert: a stated name has no issuer");
  if (options.crl_given->count() != 0 && options.trust_given->count() == 0)
    return usage(console, "--crl needs --trust: its signatures are checked against it");
  const auto settings = SectionSettings::parse(options.words);
  if (!settings) return usage(console, settings.error());
  const auto certificate = certificate_of(options, console);
  if (!certificate) return Exit::kEnvironment;
  SectionFiles files;
  if (!load_files(options, files, console)) return Exit::kEnvironment;

  std::string whole;
  const Resource resource = resource_of(options, whole);
  Explanation explanation;
  StatedDevice device(*certificate, (*settings)->identity, files, explanation);
  const Decision decision =
      decide((*settings)->policy, resource, device, Scope::kOwnership, &explanation);
  if (decision.foreign) explanation.note(Question::kForeign, decision.foreign->to_string());
  if (options.json)
    explanation.print_json(decision, console);
  else
    explanation.print_text(decision, console);
  give_hints(decision, resource, (*settings)->policy, console);
  return decision.granted() ? Exit::kYes : Exit::kNo;
}

CLI::Option* add_words(CLI::App& app, const std::string& name, std::vector<std::string>& words,
                       const std::string& type, const std::string& description) {
  // With extra arguments allowed CLI11 takes a word such as [a-z][0-9] for a list.
  return app.add_option(name, words, description)
      ->expected(1, kMaxWords)
      ->allow_extra_args(false)
      ->type_name(type);
}

Action define(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  Options& o = *options;
  const auto add = [&](const char* name, std::string& value, const char* type, const char* text) {
    return app.add_option(name, value, text)->type_name(type);
  };
  o.cn_given = add("--cn", o.cn, "CN",
                   "The common name of the device's certificate, as SSL_CLIENT_S_DN_CN shows it. "
                   "The certificate counts as presented, verified and valid now, and as having no "
                   "other attribute.");
  o.cert_given = add("--cert", o.cert, "PEM",
                     "The device's certificate. It counts as presented and verified; whether it is "
                     "valid now is judged by the clock of this machine.");
  o.trust_given = add("--trust", o.trust, "PEM",
                      "The file of PolyAuthCACertificateFile. The chain is built from --cert and "
                      "this file, at OpenSSL's own security level. Default: none");
  o.crl_given = add("--crl", o.crl, "PEM",
                    "The file of PolyAuthCARevocationFile; needs --trust. No CRL counts as being "
                    "in force before. Default: none");
  add("--path", o.path, "PATH",
      "The path of the request as the server sees it: decoded (a space, not %20), without host "
      "and query.")
      ->required();
  add("--method", o.method, "METHOD", "The method. Default: GET");
  add("--path-info", o.path_info, "PATH",
      "What follows an existing file in the path; --path may be given with or without it.");
  add("--query", o.query, "QUERY", "The query as it is sent, without the question mark.");
  o.acl_given =
      add("--acl", o.acl, "FILE", "The list of PolyAuthAclFile, text or compiled. Default: none");
  add_words(app, "--identity", o.words.identity, "WORD...",
            "As behind PolyAuthIdentity. Default: poly");
  add_words(app, "--match", o.words.match, "WORD [NAME]", "As behind PolyAuthMatch. Default: path")
      ->expected(1, 2);
  add_words(app, "--shared", o.words.shared, "WORD...",
            "As behind PolyAuthSharedFiles. Default: poly");
  add_words(app, "--uploads", o.words.uploads, "WORD...",
            "As behind PolyAuthUploads. Default: poly");
  app.add_flag("--json", o.json,
               "Print the same as JSON: verdict, reason, device, foreign, questions.");
  return [options](Console& console) { return run(*options, console); };
}

} // namespace

const Command kExplain = {
    "",
    "explain",
    "(--cn CN | --cert PEM) --path PATH [OPTION]...",
    "Would this device get this path, and why or why not?",
    "Decides about one request as \"PolyAuth On\" does. Prints each question of the rule book with "
    "its answer (yes, no and the reason, or not asked) and then the verdict, such as \"granted "
    "own-file\" or \"denied mac-foreign\". Exits 0 if granted, 1 if denied.\n"
    "It does not look into the server, so it cannot know whether a file exists, how the path is "
    "mapped to one (the mapped file is taken to be the path), which handler answers (where "
    "it matters, a program and no plain file), which settings are in force (give those that are "
    "not the default), "
    "and what a password asks for.",
    "  polyauthctl explain --cn 0004F2AABBCC --path /0004f2aabbcc.cfg\n"
    "  polyauthctl explain --cert phone.pem --trust maker-ca.pem --crl maker.crl \\\n"
    "      --acl phones.acl --method PUT \\\n"
    "      --path /logs/0004f2aabbcc-boot.log --uploads poly '{mac}-crash*.txt'\n",
    define,
};

} // namespace polyauth::tool
