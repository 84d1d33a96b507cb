// SPDX-License-Identifier: Apache-2.0
#include "core/reason_help.hpp"

namespace polyauth {

ReasonHelp reason_help(Reason reason) noexcept {
  // No default: a new reason must not compile until someone explains it.
  // One sentence a line: tests/structure/reasons_explained.sh reads them.
  switch (reason) {
  // clang-format off
  case Reason::kNoTls: return {
    "The request came without TLS.",
    "If phones do this, give them the https:// address."};
  case Reason::kNoCertificate: return {
    "The client presented no certificate.",
    "Check the phone's certificate status; check that the virtual host has SSLVerifyClient."};
  case Reason::kCertificateUnverified: return {
    "mod_ssl did not verify the certificate.",
    "Write SSLVerifyClient require or optional, not optional_no_ca, and put the maker's CAs into SSLCACertificateFile."};
  case Reason::kCertificateExpired: return {
    "The certificate's time was over at the moment of the request.",
    "Check the server's clock; then replace the phone or its certificate, or admit it by its whole MAC in the ACL with PolyAuthExpiredCertificates listed."};
  case Reason::kCertificateNotYetValid: return {
    "The certificate's time has not begun.",
    "Check the server's clock."};
  case Reason::kIssuerUntrusted: return {
    "No chain of the section's trust file leads from the certificate to an anchor.",
    "If the phone is one of yours, add the missing CA to PolyAuthCACertificateFile."};
  case Reason::kCertificateRevoked: return {
    "A CRL of the section names the certificate, or a CA of its chain.",
    "Take the phone out of service."};
  case Reason::kIdentityMissing: return {
    "No attribute that PolyAuthIdentity uses is in the certificate, or all are empty.",
    "Look at the subject (openssl x509 -noout -subject) and choose the form of PolyAuthIdentity that fits."};
  case Reason::kIdentityMultiple: return {
    "An attribute occurs twice, or the forms yield different MACs.",
    "Nobody can tell whose certificate this is; refuse it for good, or use a form of PolyAuthIdentity that reads one attribute."};
  case Reason::kIdentityMalformed: return {
    "The attribute is there, but it is no MAC by the chosen form, or one that no device has.",
    "Look at the subject (openssl x509 -noout -subject) and choose the form of PolyAuthIdentity that fits."};
  case Reason::kAclDenied: return {
    "A ! entry of the list names the device or its range.",
    "Nothing, if the denial is meant."};
  case Reason::kAclUnlisted: return {
    "No entry of the list names the device.",
    "Add it to the file of PolyAuthAclFile, if it is one of yours."};
  case Reason::kAclUnavailable: return {
    "There is a list, but none is in force or it cannot be read.",
    "Look for PA2004, PA2005, PA1002 or PA1015 in the error log."};
  case Reason::kMethodRefused: return {
    "Phones do not use the method, or PolyAuthMatch does not admit POST here.",
    "For applications that take POST, see PolyAuthMatch."};
  case Reason::kPathUnsafe: return {
    "The path or query can be read in more than one way.",
    "A phone does not send this; find out who did."};
  case Reason::kMacForeign: return {
    "Another device's MAC stands in the request, or a placeholder that no shared pattern names.",
    "Find out whether it is a wrong link in a configuration, or an attempt."};
  case Reason::kMacMissing: return {
    "The request names no MAC where PolyAuthMatch looks for one, and the file is not shared.",
    "Add the name to PolyAuthSharedFiles if all phones may read it; or choose another PolyAuthMatch."};
  case Reason::kSharedReadOnly: return {
    "A phone tried to store a shared file.",
    "Nothing; no phone needs this."};
  case Reason::kUploadRefused: return {
    "The name is not on the upload list, or it is not the device's own.",
    "Add a pattern to PolyAuthUploads if phones should store it."};
  case Reason::kUserNotDevice: return {
    "The user name or the password is another device's, or no device is known.",
    "Give the phone its own user name and password."};
  case Reason::kInternalError: return {
    "Something could not be read or understood, so the request is refused.",
    "Look for PA9001, PA2004, PA2005 and crit lines in the error log."};
  case Reason::kOwnFile: return {
    "Granted: the resource names the device's MAC and no other.",
    ""};
  case Reason::kSharedFile: return {
    "Granted: a file that all authorised devices may read.",
    ""};
  case Reason::kDevice: return {
    "Granted where ownership is not asked.",
    ""};
    // clang-format on
  }
  return {};
}

} // namespace polyauth
