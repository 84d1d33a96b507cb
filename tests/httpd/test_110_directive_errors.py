# SPDX-License-Identifier: Apache-2.0
"""Each typing mistake: httpd -t fails and tells the directive, what it saw and what is accepted."""

import re

import pytest

# Lines in a <Directory>, and what the message says after the name of the directive; ... for anything.
MISTAKES = {
    # A wrong word.
    "PolyAuth Yes": '"Yes" is not a mode; accepted are On, Off and Audit',
    "PolyAuth": "takes one argument, On, Off, or Audit",
    "PolyAuth On Off": "takes one argument, On, Off, or Audit",
    "PolyAuthMatch folder": '"folder" is no way to match; accepted are path, file, uri, query <name> and none',
    "PolyAuthMatch Path": '"Path" is no way to match; accepted are path',
    "PolyAuthMatch": "takes 1-2 arguments",
    "PolyAuthMatch query": "query needs the name of the parameter, as in query mac",
    'PolyAuthMatch query ""': "query needs the name of the parameter",
    "PolyAuthMatch query a=b": '"a=b" is no parameter name; accepted are letters, digits, _ and -',
    "PolyAuthMatch path mac": '"mac"...only query takes a name',
    "PolyAuthMatch query mac id": "takes 1-2 arguments",
    "PolyAuthDenyStatus 401": '"401" is not accepted; write 403 or 404',
    "PolyAuthDenyStatus 4033": '"4033" is not accepted; write 403 or 404',
    "PolyAuthDenyStatus": "takes one argument, what a refused device is told: 403 or 404",

    # Identity.
    "PolyAuthIdentity": "needs poly, broadworks or attribute~regex",
    "PolyAuthIdentity polycom": '"polycom" is not an identity form; accepted are poly, broadworks and attribute~regex',
    "PolyAuthIdentity poly Broadworks": '"Broadworks" is not an identity form; accepted are',
    "PolyAuthIdentity DC~([0-9A-F]{12})": '"DC" is not an attribute of the subject; accepted are CN, O, OU, L, ST and serialNumber',
    "PolyAuthIdentity cn~([0-9A-F]{12})": '"cn" is not an attribute of the subject; accepted are CN',
    "PolyAuthIdentity ~(x)": '"" is not an attribute of the subject; accepted are CN',
    "PolyAuthIdentity CN~": 'regex "" has 0 groups; exactly one is needed, around the MAC',
    "PolyAuthIdentity CN~SEP[0-9A-F]{12}": 'regex "SEP[0-9A-F]{12}" has 0 groups; exactly one is needed, around the MAC, as in CN~SEP',
    "PolyAuthIdentity CN~(SEP)([0-9A-F]{12})": "...has 2 groups; exactly one is needed, around the MAC, as in CN~SEP",
    "PolyAuthIdentity CN~SEP([0-9A-F]{12}": 'regex "SEP([0-9A-F]{12}", column 17: missing closing parenthesis; accepted is',

    # Patterns.
    "PolyAuthSharedFiles": "needs none, poly or patterns",
    "PolyAuthSharedFiles any": '"any" is not accepted...accepted are none, poly and patterns',
    "PolyAuthSharedFiles poly none": '"none" stands alone or not at all',
    "PolyAuthSharedFiles poly,a.cfg": '"poly,a.cfg" is one pattern; write blanks between the words',
    'PolyAuthUploads "poly {mac}-a.cfg"': '"poly {mac}-a.cfg" is one pattern; write blanks between the words',
    "PolyAuthSharedFiles [abc": "\"[abc\", column 1: '[' without its ']'",
    "PolyAuthSharedFiles [z-a]": '"[z-a]", column 4: the range runs backwards',
    "PolyAuthSharedFiles fw/*.ld": "\"fw/*.ld\", column 3: '/' cannot match: a pattern is held against the file name alone",
    "PolyAuthSharedFiles {mac}.cfg": '"{mac}.cfg", column 1: ',
    "PolyAuthSharedFiles None": '"None" is not accepted; write none',
    "PolyAuthUploads": "needs none, any, poly or patterns",
    "PolyAuthUploads any *.log": '"any" stands alone or not at all',
    "PolyAuthUploads {mac}/x.log": "\"{mac}/x.log\", column 6: '/' cannot match",
    "PolyAuthUploads {MAC}.log": '"{MAC}.log", column 1: ...{mac}',
    "PolyAuthUploads {mac-x.log": '"{mac-x.log", column 1: ...{mac}',

    # Files.
    "PolyAuthAclFile": "takes one argument, the list of devices that may be served, or none",
    "PolyAuthAclFile a b": "takes one argument, the list of devices that may be served, or none",
    "PolyAuthAclFile /nowhere/phones.acl": "/nowhere/phones.acl: cannot be read: No such file or directory; a readable file",
    "PolyAuthAclFile /": "/: is not a regular file; a readable file",
    "PolyAuthPasswordFile": "takes one argument, users, passwords and their times",
    "PolyAuthPasswordFile /nowhere/passwords": "/nowhere/passwords: cannot be read: No such file or directory; a readable file",
    "PolyAuthPasswordFile NONE": '"NONE" is not accepted; write none',
    "PolyAuthDeviceSecretFile": "takes one argument, the secrets that each device's own password is derived from",
    "PolyAuthDeviceSecretFile /nowhere/secrets": "/nowhere/secrets: cannot be read: No such file or directory; a readable file",
    "PolyAuthDeviceSecretFile None": '"None" is not accepted; write none',

    # Users.
    "PolyAuthUserName": "takes one argument, any, or device",
    "PolyAuthUserName Device": '"Device" is not accepted; write any or device',
    "PolyAuthUserName phone": '"phone" is not accepted; write any or device',
    "PolyAuthUserName any device": "takes one argument, any, or device",

    # Pages.
    "PolyAuthPage": "takes one argument, what answers here: portal, onboarding or status",
    "PolyAuthPage Portal": '"Portal" is not a page; accepted are portal, onboarding and status',
    "PolyAuthPage Status": '"Status" is not a page; accepted are portal, onboarding and status',
    "PolyAuthPage portal onboarding": "takes one argument, what answers here",
    "<Limit PUT>\nPolyAuthPage portal\n</Limit>": "cannot occur within <Limit> or <LimitExcept> section",
    "PolyAuthOnboardingTemplate": "takes two arguments, a pattern of names, and the XML file",
    "PolyAuthOnboardingTemplate {mac}.cfg": "takes two arguments, a pattern of names",
    "PolyAuthOnboardingTemplate {mac/x.cfg /x": '"{mac/x.cfg", column',
    "PolyAuthOnboardingTemplate [a /x": "\"[a\", column 1: '[' without its ']'",
    "PolyAuthOnboardingTemplate {mac}.cfg /nowhere/master.xml": "/nowhere/master.xml: cannot be read: No such file or directory; a readable file",
    "PolyAuthOnboardingTemplate {mac}.cfg /": "/: is not a regular file; a readable file",
    "PolyAuthOnboardingServer": "takes one argument, the value of {server}",
    "PolyAuthOnboardingServer http://prov.example.net/": '"http://prov.example.net/" is not the address of a provisioning server; accepted is https://',
    "PolyAuthOnboardingServer prov.example.net": '"prov.example.net" is not the address',
    "PolyAuthOnboardingServer https://": '"https://" is not the address',
    "PolyAuthOnboardingServer https:///p": '"https:///p" is not the address',
    "PolyAuthOnboardingServer https://u:p@prov.example.net/": "a user or password in the address is not accepted; they are {user} and {password}",
    "PolyAuthOnboardingServer https://prov.example.net/%20": '"https://prov.example.net/%20" is not the address...without blanks, % and quotes',
    "PolyAuthOnboardingPasswordFile": "takes one argument, the common user and password",
    "PolyAuthOnboardingPasswordFile /nowhere/common": "/nowhere/common: cannot be read: No such file or directory; a readable file",
    "PolyAuthOnboardingPasswordFile None": '"None" is not accepted; write none',

    # Where it may not stand.
    "<Limit PUT>\nPolyAuth On\n</Limit>": "cannot occur within <Limit> or <LimitExcept> section",
    "<LimitExcept GET>\nPolyAuthAclFile none\n</LimitExcept>": "cannot occur within <Limit> or <LimitExcept> section",
    "<Limit PUT>\nPolyAuthUserName any\n</Limit>": "cannot occur within <Limit> or <LimitExcept> section",
    "<LimitExcept GET>\nPolyAuthDeviceSecretFile none\n</LimitExcept>": "cannot occur within <Limit> or <LimitExcept> section",
    "<Limit PUT>\nRequire polyauth\n</Limit>": "cannot stand inside <Limit>",
    "<RequireAny>\n<Limit PUT>\nRequire polyauth-device\n</Limit>\n</RequireAny>": "cannot stand inside <Limit>",
    "PolyAuthReloadInterval 5s": "not allowed in <Directory> context",

    # One-time passwords.
    "PolyAuthOneTimeLifetime 24": '"24" has no unit; write a number and s, min or h, as in 10s',
    "PolyAuthOneTimeLifetime 1d": '"1d" is no duration; write a number and s, min or h',
    "PolyAuthOneTimeLifetime 721h": '"721h" is out of range; accepted are 1s to 720h',
    "PolyAuthOneTimeLifetime": "takes one argument, how long a one-time password waits",
    "PolyAuthOneTimeWindow 0min": '"0min" is out of range; accepted are 1s to 24h',
    "PolyAuthOneTimeWindow 25h": '"25h" is out of range; accepted are 1s to 24h',
    "PolyAuthOneTimeWindow": "takes one argument, how long it is good after its first use",
    "PolyAuthOneTimeAttempts 0": '"0" is not accepted; write a number from 1 to 100',
    "PolyAuthOneTimeAttempts 101": '"101" is not accepted; write a number from 1 to 100',
    "PolyAuthOneTimeAttempts five": '"five" is not accepted; write a number from 1 to 100',
    "PolyAuthOneTimeAttempts 5x": '"5x" is not accepted; write a number from 1 to 100',
    "PolyAuthOneTimeAttempts": "takes one argument, how many wrong ones make it void",
    "PolyAuthState dbd": "not allowed in <Directory> context",

    # Providers.
    "Require polyauth 0004f2aaaaaa": 'takes no argument, "0004f2aaaaaa" was seen',
    "Require polyauth-device all": 'takes no argument, "all" was seen',
}

INTERVALS = {
    "PolyAuthReloadInterval 5": '"5" has no unit; write a number and s, min or h, as in 10s',
    "PolyAuthReloadInterval": "takes one argument, how soon a changed file is in force, with unit",
    "PolyAuthReloadInterval 5x": '"5x" is no duration; write a number and s, min or h, as in 10s',
    "PolyAuthReloadInterval 5m": '"5m" is no duration; write a number and s, min or h, as in 10s',
    "PolyAuthReloadInterval 10ss": '"10ss" is no duration; write a number and s, min or h',
    "PolyAuthReloadInterval fast": '"fast" is no duration',
    "PolyAuthReloadInterval -5s": '"-5s" is no duration',
    "PolyAuthReloadInterval 0s": '"0s" is out of range; accepted are 1s to 1h',
    "PolyAuthReloadInterval 999ms": '"999ms" is out of range; accepted are 1s to 1h',
    "PolyAuthReloadInterval 61min": '"61min" is out of range; accepted are 1s to 1h',
    "PolyAuthReloadInterval 99999999999999999999s": '"99999999999999999999s" is ',
    "PolyAuthState": "takes one argument, where one-time passwords and last logins are kept",
    "PolyAuthState DBD": '"DBD" is not accepted; write dbd',
    'PolyAuthState ""': "takes one argument, where one-time passwords and last logins are kept",
    "PolyAuthState a b": "takes one argument, where one-time passwords and last logins are kept",
    "<VirtualHost *:1>\nPolyAuthState dbd\n</VirtualHost>": "cannot occur within <VirtualHost> section",
    "<VirtualHost *:1>\nPolyAuthReloadInterval 5s\n</VirtualHost>": "cannot occur within <VirtualHost> section",
}


def directive_of(mistake):
    line = next(each for each in mistake.split("\n") if not each.startswith("<"))
    words = line.split()
    return " ".join(words[:2]) if words[0] == "Require" else words[0]


def expect_refusal(server, mistake, message):
    result = server.configtest()
    assert result.returncode != 0, result.output
    wanted = ".*".join(map(re.escape, message.split("...")))
    assert re.search(f"{directive_of(mistake)}:? {wanted}", result.output), result.output
    assert "Syntax error on line" in result.output or "PA100" in result.output


@pytest.mark.parametrize("mistake, message", MISTAKES.items(), ids=[repr(each) for each in MISTAKES])
def test_a_mistake_in_a_section_is_explained(server, mistake, message):
    server.configure(vhost_lines=f'<Directory "{server.docroot}">\n{_quoted(mistake)}\n</Directory>')
    expect_refusal(server, mistake, message)


@pytest.mark.parametrize("mistake, message", INTERVALS.items(), ids=[repr(each) for each in INTERVALS])
def test_a_mistake_in_the_interval_is_explained(server, mistake, message):
    server.configure(global_lines=mistake)
    expect_refusal(server, mistake, message)


def test_a_server_does_not_start_with_a_mistake(server):
    server.configure(vhost_lines=f'<Directory "{server.docroot}">\nPolyAuth Yes\n</Directory>')
    failure = server.start_fails()
    assert failure.returncode != 0
    assert 'PolyAuth: "Yes" is not a mode' in failure.output + failure.error_log


BAD_LISTS = {
    "digit missing": (b"0004f2aaaaaa\n# fine\n  0004f2aaaaa\n", ':3:3: "0004f2aaaaa" is no entry; accepted are a MAC'),
    "two on a line": (b"0004f2aaaaaa 0004f2bbbbbb\n", ':1:1: "0004f2aaaaaa 0004f2bbbbbb" is no entry; accepted are'),
    "denial with a blank": (b"*\n! 0004f2aaaaaa\n", ':2:1: "! 0004f2aaaaaa" is no entry'),
    "denial of all": (b"0004f2aaaaaa\n!*\n", ':2:1: "!*" denies every device; remove the entries instead'),
    "separated prefix": (b"00:04:f2:*\n", ':1:1: "00:04:f2:*" is no entry'),
    "NUL in a comment": (b"0004f2aaaaaa # \0\n", ":1:16: a NUL byte is not allowed, not even in a comment"),
    "UTF-16": ("0004f2aaaaaa".encode("utf-16"), ":1:1: text in UTF-16 (save it as UTF-8) is not allowed"),
    "old Mac lines": (b"0004f2aaaaaa\r0004f2bbbbbb\r", ":1:13: a CR without LF is not allowed"),
    "hidden line": (b"# x\xe2\x80\xa80004f2aaaaaa\n*\n", ":1:4: the line separator U+2028 is not allowed"),
    "not UTF-8": (b"\xef\xbb\xbf# caf\xe9\n*\n", ":1:9: the line is not valid UTF-8"),
    "empty": (b"", ":1:1: there is no entry"),
    "denials only": (b"!0004f2aaaaaa\n", "admits nobody; write * to admit the rest"),
}


@pytest.mark.parametrize("text, message", BAD_LISTS.values(), ids=BAD_LISTS)
def test_a_bad_line_of_a_list_is_told_with_its_place(server, text, message):
    path = server.write(server.root / "phones.acl", text)
    server.configure(vhost_lines=f'PolyAuthAclFile "{path}"')
    result = server.configtest()
    assert result.returncode != 0
    (line,) = [each for each in result.output.split("\n") if "PA1001" in each]
    assert f"PA1001: PolyAuthAclFile {path}" in line and message in line


def test_the_first_twenty_bad_lines_are_told(server):
    path = server.write(server.root / "phones.acl", "x\n" * 25)
    server.configure(vhost_lines=f'PolyAuthAclFile "{path}"')
    lines = [each for each in server.configtest().output.split("\n") if "PA1001" in each]
    assert len(lines) == 21
    assert f"{path}:20:1: " in lines[19] and "and 5 more errors" in lines[20]


HTACCESS = ["PolyAuth Off", "PolyAuthIdentity broadworks", "PolyAuthMatch none", "PolyAuthSharedFiles *",
            "PolyAuthUploads any", "PolyAuthAclFile none", "PolyAuthDenyStatus 404",
            "PolyAuthReloadInterval 5s", "PolyAuthPasswordFile none", "PolyAuthDeviceSecretFile none",
            "PolyAuthUserName any", "PolyAuthPage portal", "PolyAuthPage onboarding", "PolyAuthPage status",
            "PolyAuthOnboardingTemplate x /x", "PolyAuthOnboardingServer https://x",
            "PolyAuthOnboardingPasswordFile none"]


@pytest.fixture(scope="module")
def overridable(shared_server):
    shared_server.configure(vhost_lines=f'<Directory "{shared_server.docroot}">\nPolyAuth On\n'
                                        f'AllowOverride All\n</Directory>')
    return shared_server.start()


@pytest.mark.parametrize("line", HTACCESS)
def test_no_directive_may_stand_in_an_htaccess_file(overridable, pki, line):
    """Phones upload files; one of them must not be able to open its folder."""
    overridable.write("0004f2aaaaaa.cfg", "x")
    overridable.write(".htaccess", f"{line}\n")
    assert overridable.get("/0004f2aaaaaa.cfg", cert=pki.leaf("phone-a")).status == 500
    assert overridable.get("/0004f2bbbbbb.cfg", cert=pki.leaf("phone-a")).status == 500
    complaints = overridable.log.undeclared()
    assert len(complaints) == 2
    assert all(f".htaccess: {line.split()[0]} not allowed here" in each for each in complaints)
    # httpd gives these lines no id that could be declared.
    overridable.log.mark()


@pytest.mark.parametrize("section", [
    '<Directory "{root}">', '<DirectoryMatch "{root}">', "<Location />", '<LocationMatch "^/">', "<Files *>",
    '<If "true">', None])
@pytest.mark.parametrize("level", ["global_lines", "vhost_lines"])
def test_directives_stand_in_every_kind_of_section(server, section, level):
    lines = "\n".join(["PolyAuth On", "PolyAuthIdentity poly CN~SEP([0-9A-F]{12})", "PolyAuthMatch query mac",
                       "PolyAuthSharedFiles poly *.txt", "PolyAuthUploads poly {mac}.bak",
                       "PolyAuthAclFile none", "PolyAuthDenyStatus 404", "PolyAuthPasswordFile none",
                       "PolyAuthDeviceSecretFile none", "PolyAuthUserName device",
                       "Require polyauth"])
    lines = _quoted(lines)
    if section:
        name = section[1:].split()[0].rstrip(">")
        lines = f"{section.format(root=server.docroot)}\n{lines}\n</{name}>"
    else:
        lines = lines.replace("Require polyauth", "")
    server.configure(**{level: lines})
    result = server.configtest()
    assert result.returncode == 0, result.output


def _quoted(lines):
    """Arguments in quotes, for httpd takes braces and parentheses as they are but not blanks."""
    return re.sub(r"(?m)^(PolyAuth\w+ )(\S*[\[\]{}()~*]\S*)$", r'\1"\2"', lines)
