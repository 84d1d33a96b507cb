# SPDX-License-Identifier: Apache-2.0
"""What start-up finds in a configuration that would be unsafe or of no use: an error ends the
start, a warning does not, and either names the line and what to write instead."""

import re

import pytest

ON = '<Directory "{docroot}">\n  PolyAuth On\n</Directory>\n'
AUDIT = '<Directory "{docroot}">\n  PolyAuth Audit\n</Directory>\n'
ELSEWHERE = '<Location "/elsewhere">\n  {line}\n</Location>\n'
HERE = '<Location "/here">\n  PolyAuth On\n</Location>\n'
REQUIRE = '<Directory "{docroot}">\n  Require polyauth\n{line}\n</Directory>\n'


def off_in(section, line="SSLUserName SSL_CLIENT_S_DN_CN"):
    return f"<{section}>\n  PolyAuth Off\n  {line}\n</{section.split()[0]}>\n"


DEEP = ON.replace("{docroot}", "{docroot}/tree/prov")
DAV = {"modules": ["dav", "dav_fs"], "global_lines": "DavLockDB /tmp/none\n"}


def dav_in(section, value="On"):
    return f"<{section}>\nDav {value}\n</{section.split()[0]}>\n"


def configure(server, **lines):
    def fill(text):
        return text.replace("{docroot}", str(server.docroot))
    modules = lines.pop("modules", ())
    return server.configure(modules=modules, **{
        name: fill(value) if isinstance(value, str) else value for name, value in lines.items()})


def case(ids, text="", **lines):
    return ids, text, lines


# What is found (level by id), a part of what is said, and the configuration.
ERRORS = {
    "optional_no_ca": case(
        "PA1003", "write SSLVerifyClient require, or optional", vhost_lines=ON, ssl_verify="optional_no_ca"),
    "optional_no_ca in a section": case(
        "PA1003", "write SSLVerifyClient require", vhost_lines=ON + ELSEWHERE.replace(
            "{line}", "SSLVerifyClient optional_no_ca")),
    "optional_no_ca for a global section": case(
        "PA1003", "optional_no_ca", global_lines=ON, ssl_verify="optional_no_ca"),
    "optional_no_ca for Require polyauth": case(
        "PA1003", "optional_no_ca", vhost_lines=REQUIRE.replace("{line}", ""), ssl_verify="optional_no_ca"),
    "optional_no_ca, one of two only Audit": case(
        "PA1003 PA1005", "optional_no_ca", vhost_lines=AUDIT + HERE, ssl_verify="optional_no_ca"),
    "SSLUserName": case(
        "PA1004", "SSLUserName meets a section with PolyAuth", vhost_lines=ON, tls_lines="SSLUserName SSL_CLIENT_S_DN_CN"),
    "SSLUserName in the section": case(
        "PA1004", "read POLYAUTH_MAC where the device is needed",
        vhost_lines=ON.replace("On", "On\nSSLUserName SSL_CLIENT_S_DN_CN")),
    "SSLUserName with Audit": case(
        "PA1004 PA1005", "SSLUserName", vhost_lines=AUDIT, tls_lines="SSLUserName SSL_CLIENT_S_DN_CN"),
    "SSLUserName beside an Off that a Location overrules": case(
        "PA1004", "SSLUserName", vhost_lines='<Location "/">\nPolyAuth On\n</Location>\n'
        + off_in('Directory "{docroot}/staff"')),
    "SSLUserName beside an Off that a later Location overrules": case(
        "PA1004", "SSLUserName", vhost_lines=off_in('Location "/staff"')
        + '<Location "/">\nPolyAuth On\n</Location>\n'),
    "SSLUserName around a section with On": case(
        "PA1004", "SSLUserName", vhost_lines=ON + off_in('Directory "{docroot}/staff"')
        + '<Directory "{docroot}/staff/phones">\nPolyAuth On\n</Directory>\n'),
    "SSLUserName beside an Off and Require polyauth around it": case(
        "PA1004", "SSLUserName", vhost_lines=REQUIRE.replace("{line}", "")
        + off_in('Directory "{docroot}/staff"')),
    "FakeBasicAuth": case(
        "PA1004", "SSLOptions +FakeBasicAuth meets", vhost_lines=ON, tls_lines="SSLOptions +StdEnvVars +FakeBasicAuth"),
    "FakeBasicAuth without plus": case(
        "PA1004", "FakeBasicAuth", vhost_lines=ON, tls_lines="SSLOptions FakeBasicAuth"),
    "FakeBasicAuth above": case(
        "PA1004", "FakeBasicAuth", vhost_lines=ON + '<Directory "/">\nSSLOptions +FakeBasicAuth\n</Directory>'),
    "SSLUserName of the whole server": case(
        "PA1004", "SSLUserName", vhost_lines=ON, global_lines="SSLUserName SSL_CLIENT_S_DN_CN"),
}

WARNINGS = {
    "Audit": case("PA1005", "PolyAuth Audit refuses nothing, and cannot see handshakes", vhost_lines=AUDIT),
    "Audit and optional_no_ca": case(
        "PA1003 PA1005", "optional_no_ca", vhost_lines=AUDIT, ssl_verify="optional_no_ca"),
    "no TLS": case("PA1006", "write SSLEngine On", plain_lines=ON),
    "no certificate": case(
        "PA1007", "write SSLVerifyClient require and SSLCACertificateFile", vhost_lines=ON, ssl_verify=None),
    "no certificate wanted": case("PA1007", "write SSLVerifyClient require", vhost_lines=ON, ssl_verify="none"),
    "no certificate anywhere": case("PA1007", "no virtual host has SSLEngine On", global_lines=ON, ssl_verify=None),
    "only in a section": case(
        "PA1008", "write it in the virtual host", ssl_verify=None,
        vhost_lines=ON.replace("PolyAuth", "SSLVerifyClient require\nPolyAuth")),
    "depth 2": case("PA1009", "write SSLVerifyDepth 5", vhost_lines=ON, verify_depth=2),
    "depth 2, broadworks": case(
        "PA1009", "write SSLVerifyDepth 5", vhost_lines=ON.replace("On", "On\nPolyAuthIdentity broadworks"), verify_depth=2),
    "depth 2, custom and poly": case(
        "PA1009", "SSLVerifyDepth", vhost_lines=ON.replace("On", "On\nPolyAuthIdentity O~(.*) poly"), verify_depth=2),
    "CacheEnable": case(
        "PA1010", "empty it (htcacheclean) before switching PolyAuth on", vhost_lines=ON + 'CacheEnable disk "/"\n',
        modules=["cache", "cache_disk"]),
    "a setting without the switch": case(
        "PA1016", "PolyAuthMatch does nothing here", vhost_lines="PolyAuthMatch file\n"),
    "On before an Off around it": case(
        "PA1024", "nothing is checked here: PolyAuth Off at ",
        vhost_lines=HERE + '<Location "/">\nPolyAuth Off\n</Location>\n'),
    "On of a directory and an Off of all locations": case(
        "PA1024", "write a <Directory> there, or remove",
        vhost_lines='<Location "/">\nPolyAuth Off\n</Location>\n' + ON),
    "WebDAV above": case(
        "PA1025", "write Dav On in a section beside that one", vhost_lines=DEEP + dav_in('Directory "{docroot}/tree"'),
        **DAV),
    "WebDAV above, in another host": case(
        "PA1025", "governs", vhost_lines=DEEP, plain_lines=dav_in('Directory "{docroot}/tree"'), **DAV),
    "WebDAV around files": case(
        "PA1025", "governs", **DAV, vhost_lines='<Directory "{docroot}">\nDav On\n'
        '<Files "*.cfg">\nPolyAuth On\n</Files>\n</Directory>\n'),
    "CheckSpelling": case(
        "PA1011", "write CheckSpelling Off", vhost_lines=ON + "CheckSpelling On\n", modules=["speling"]),
    "ShowForbidden": case(
        "PA1012", "write IndexOptions -ShowForbidden",
        vhost_lines=ON.replace("On", "On\nIndexOptions FancyIndexing ShowForbidden"), modules=["autoindex"]),
    "Satisfy Any": case(
        "PA1013", "write PolyAuth On there, or Satisfy All", vhost_lines=REQUIRE.replace("{line}", "Satisfy Any"),
        modules=["access_compat"]),
    "AllowOverride AuthConfig": case(
        "PA1013", "write PolyAuth On there, or AllowOverride None",
        vhost_lines=REQUIRE.replace("{line}", "AllowOverride Limit AuthConfig")),
    "AllowOverride All": case(
        "PA1013", "AllowOverride", vhost_lines=REQUIRE.replace("{line}", "AllowOverride All")),
    "AllowOverride above": case(
        "PA1013", "AllowOverride", vhost_lines=REQUIRE.replace("{line}", "").replace("polyauth", "polyauth-device"),
        global_lines='<Directory "{docroot}">\nAllowOverride AuthConfig\n</Directory>'),
    "SSLUserName perhaps": case(
        "PA1004", "make sure that the two sections have no URL in common",
        vhost_lines=ON + ELSEWHERE.replace("{line}", "SSLUserName SSL_CLIENT_S_DN_CN")),
}

SOUND = {
    "the usual": case("", vhost_lines=ON),
    "optional": case("", vhost_lines=ON, ssl_verify="optional"),
    "nothing governed": case(
        "", ssl_verify="optional_no_ca", tls_lines="SSLUserName SSL_CLIENT_S_DN_CN", verify_depth=1),
    "PolyAuth Off": case("", vhost_lines="PolyAuth Off", ssl_verify="optional_no_ca", verify_depth=1),
    "WebDAV in the section, and beside it": case(
        "", vhost_lines=ON.replace("On", "On\nDav On") + dav_in('Directory "/srv/staff"'), **DAV),
    "WebDAV with Require polyauth": case("", vhost_lines=REQUIRE.replace("{line}", "Dav On"), **DAV),
    "WebDAV in one section, Require polyauth in another of the same path": case(
        "", vhost_lines=dav_in('Directory "{docroot}"') + REQUIRE.replace("{line}", ""), **DAV),
    "no WebDAV above": case("", vhost_lines=DEEP + dav_in('Directory "{docroot}/tree"', "Off"), **DAV),
    "WebDAV by URL in another host": case("", vhost_lines=HERE, plain_lines=dav_in('Location "/"'), **DAV),
    "On behind an Off around it": case(
        "", vhost_lines='<Location "/">\nPolyAuth Off\n</Location>\n' + HERE),
    "On beside Require polyauth, which an Off does not take back": case(
        "", vhost_lines=REQUIRE.replace("{line}", "PolyAuth On") + '<Location "/">\nPolyAuth Off\n</Location>\n'),
    "On in an <If>, which httpd merges last": case(
        "", vhost_lines='<If "true">\nPolyAuth On\n</If>\n<Location "/">\nPolyAuth Off\n</Location>\n'),
    "Off around it in another host": case(
        "", vhost_lines=HERE, plain_lines='<Location "/">\nPolyAuth Off\n</Location>\n'),
    "On with an exception": case(
        "", vhost_lines=ON + HERE + '<Location "/here/not">\nPolyAuth Off\n</Location>\n'),
    "a global section beside a host without TLS": case("", global_lines=ON),
    "depth 3": case("", vhost_lines=ON, verify_depth=3),
    "depth 1 and an identity of one's own": case(
        "", vhost_lines=ON.replace("On", "On\nPolyAuthIdentity serialNumber~(.*)"), verify_depth=1),
    "StdEnvVars": case("", vhost_lines=ON, tls_lines="SSLOptions +StdEnvVars -FakeBasicAuth"),
    "SSLUserName where no device is": case(
        "", vhost_lines=HERE + ELSEWHERE.replace("{line}", "SSLUserName SSL_CLIENT_S_DN_CN")),
    "SSLUserName where PolyAuth is off": case(
        "", vhost_lines="PolyAuth On\n" + off_in('Location "/staff"')),
    "FakeBasicAuth where PolyAuth is off": case(
        "", vhost_lines=ON + off_in('Directory "{docroot}/staff"', "SSLOptions +FakeBasicAuth")),
    "FakeBasicAuth in the other host": case("", vhost_lines=ON, plain_lines="SSLOptions +FakeBasicAuth"),
    "what the host overrides": case(
        "", vhost_lines=ON, global_lines="SSLVerifyClient optional_no_ca\nSSLVerifyDepth 1"),
    "Require under PolyAuth On": case(
        "", vhost_lines=REQUIRE.replace("{line}", "PolyAuth On\nAllowOverride All\nSatisfy Any"), modules=["access_compat"]),
    "an AllowOverride that is taken back": case(
        "", vhost_lines=REQUIRE.replace("{line}", "AllowOverride None"),
        global_lines='<Directory "/">\nAllowOverride All\n</Directory>'),
    "AllowOverride that opens nothing": case(
        "", vhost_lines=REQUIRE.replace("{line}", "AllowOverride FileInfo Indexes")),
    "Satisfy All": case("", vhost_lines=REQUIRE.replace("{line}", "Satisfy All"), modules=["access_compat"]),
    "spelling off": case("", vhost_lines=ON + "CheckSpelling Off\n", modules=["speling"]),
    "forbidden not shown": case(
        "", vhost_lines=ON + "IndexOptions FancyIndexing -ShowForbidden\n", modules=["autoindex"]),
    "a cache elsewhere": case(
        "", vhost_lines=ON, plain_lines='CacheEnable disk "/"', modules=["cache", "cache_disk"]),
}


def findings(text):
    return re.findall(r"\[polyauth:(\w+)\].* (PA1\d{3}): (.*)", text)


def expect(text, level, ids, said, conf):
    found = findings(text)
    assert {each[1] for each in found} == set(ids.split()), text
    if ids:
        assert {each[0] for each in found if each[1] == ids.split()[0]} == {level}, text
        told = next(each[2] for each in found if each[1] == ids.split()[0])
        assert said in told and re.match(rf"{re.escape(str(conf))}:\d+: ", told), told


@pytest.mark.parametrize("ids, said, lines", ERRORS.values(), ids=ERRORS)
def test_an_error_is_found(server, ids, said, lines):
    configure(server, **lines)
    result = server.configtest()
    assert result.returncode != 0
    expect(result.output, "emerg", ids, said, server.config_file)


@pytest.mark.parametrize("ids, said, lines", WARNINGS.values(), ids=WARNINGS)
def test_a_warning_is_given(server, ids, said, lines):
    configure(server, **lines)
    result = server.configtest()
    assert result.returncode == 0, result.output
    expect(result.output, "warn", ids, said, server.config_file)


@pytest.mark.parametrize("ids, said, lines", SOUND.values(), ids=SOUND)
def test_a_sound_configuration_is_left_in_peace(server, ids, said, lines):
    configure(server, **lines)
    result = server.configtest()
    assert result.returncode == 0, result.output
    expect(result.output, "", ids, said, server.config_file)


def test_each_finding_is_told_once_with_its_line(server):
    """Though several virtual hosts share the line."""
    configure(server, global_lines=AUDIT + "SSLUserName SSL_CLIENT_S_DN_CN", extra_vhosts=(
        f"<VirtualHost 127.0.0.1:{server.tls_port}>\nServerName other\nSSLEngine on\n"
        f'SSLCertificateFile "{server.pki.server.cert}"\nSSLCertificateKeyFile "{server.pki.server.key}"\n'
        f'SSLCACertificateFile "{server.pki.bundle}"\nSSLVerifyClient require\nSSLVerifyDepth 5\n</VirtualHost>'))
    found = findings(server.configtest().output)
    number = server.config_file.read_text().split("\n").index("SSLUserName SSL_CLIENT_S_DN_CN") + 1
    assert sorted(each[1] for each in found) == ["PA1004", "PA1005"]
    (told,) = [each[2] for each in found if each[1] == "PA1004"]
    assert told.startswith(f"{server.config_file}:{number}: ")


def test_a_main_server_with_tls_is_looked_at_beside_virtual_hosts(server):
    """Its own port serves by the global settings, which no virtual host need have."""
    pki = server.pki
    configure(server, tls_lines="SSLEngine off", global_lines=(
        f'Listen 127.0.0.1:{server.plain_port}\nDocumentRoot "{server.docroot}"\nSSLEngine on\n'
        f'SSLCertificateFile "{pki.server.cert}"\nSSLCertificateKeyFile "{pki.server.key}"\n'
        f'SSLCACertificateFile "{pki.bundle}"\nSSLVerifyDepth 5\nSSLVerifyClient optional_no_ca\n') + ON,
        plain_vhost=False)
    result = server.configtest()
    assert result.returncode != 0
    expect(result.output, "emerg", "PA1003", "optional_no_ca", server.config_file)


@pytest.mark.parametrize("name", ["optional_no_ca", "SSLUserName in the section", "FakeBasicAuth"])
def test_a_server_does_not_start_with_an_error(server, name):
    ids, said, lines = ERRORS[name]
    configure(server, **lines)
    failure = server.start_fails()
    assert failure.returncode != 0
    expect(failure.output + failure.error_log, "emerg", ids, said, server.config_file)


@pytest.mark.parametrize("name", ["Audit", "depth 2", "no TLS"])
def test_a_server_starts_with_a_warning(server, name):
    ids, said, lines = WARNINGS[name]
    configure(server, **lines)
    server.log.declare(ids)
    server.start()
    assert said in server.log.text() + server.log.startup.text()


@pytest.mark.parametrize("mode, place", [
    (0o600, "the file"), (0o700, "its folder"), (0o644, "nothing")])
def test_a_list_must_be_readable_for_the_servers_user(server, mode, place):
    folder = server.root / "secret"
    folder.mkdir()
    folder.chmod(0o700 if place == "its folder" else 0o755)
    path = server.write(folder / "phones.acl", "0004f2aaaaaa\n", mode)
    configure(server, vhost_lines=ON + f'PolyAuthAclFile "{path}"\n')
    result = server.configtest()
    if place == "nothing":
        assert result.returncode == 0 and findings(result.output) == []
        return
    assert result.returncode != 0
    ((level, number, text),) = findings(result.output)
    assert (level, number) == ("emerg", "PA1002")
    assert text.startswith(f'PolyAuthAclFile {path}: cannot be read by the server\'s user "www-data": Permission denied')
    server.start_fails()


@pytest.mark.parametrize("kind, said", [
    ("missing", "cannot be read: No such file or directory"), ("folder", "is not a regular file"),
    ("too large", f"is larger than the limit: {(64 << 20) + 1} of at most {64 << 20} bytes")])
def test_a_list_must_be_a_file_of_its_size(server, kind, said):
    path = server.root / "phones.acl"
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        with open(path, "wb") as file:
            file.truncate((64 << 20) + 1)
    configure(server, vhost_lines=ON + f'PolyAuthAclFile "{path}"\n')
    for text in [server.configtest().output, server.start_fails().output]:
        ((level, number, told),) = findings(text)
        assert (level, number) == ("emerg", "PA1002") and told.startswith(f"PolyAuthAclFile {path}: {said}")
