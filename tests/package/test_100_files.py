# SPDX-License-Identifier: Apache-2.0
"""What is in the packages, before they are installed."""
import re

import pytest
from conftest import MODULE, TOOLS, package, run

ROOT_OWNED = re.compile(r"(?:drwxr-xr-x|-rw-r--r--|-rwxr-xr-x) root/root ")


def field(name, key):
    return run("dpkg-deb", "--field", package(name), key).strip()


def files(name):
    """Path to mode and owner of every member."""
    listed = {}
    for line in run("dpkg-deb", "--contents", package(name)).splitlines():
        mode, owner, _, _, _, path = line.split(None, 5)
        listed[path.removeprefix(".")] = f"{mode} {owner} "
    return listed


def test_the_module_depends_on_the_abi_of_httpd_and_of_its_mod_ssl():
    depends = field(MODULE, "Depends").split(", ")
    provided = run("dpkg-query", "-W", "-f", "${Provides}", "apache2-bin").strip().split(", ")
    assert len(provided) >= 2 and set(provided) <= set(depends)
    assert any(one.startswith("libssl3 ") for one in depends)
    # Debian: a module depends on the ABI, never on the server with its settings.
    assert not any(one.split()[0] in ("apache2", "apache2-bin") for one in depends)
    assert field(MODULE, "Recommends").startswith("apache2 ")


@pytest.mark.parametrize("name", [MODULE, TOOLS])
def test_the_control_fields_are_there(name):
    assert field(name, "Section") == "web"
    assert field(name, "Priority") == "optional"
    assert field(name, "Architecture") == run("dpkg", "--print-architecture").strip()
    assert field(name, "Maintainer").startswith("mod_polyauth maintainers <")
    assert len(field(name, "Description").splitlines()) > 3


@pytest.mark.parametrize("name", [MODULE, TOOLS])
def test_everything_belongs_to_root_and_nobody_else_may_write(name):
    odd = [path for path, who in files(name).items() if not ROOT_OWNED.match(who)]
    assert not odd


def test_the_module_enables_and_holds_nothing_else():
    held = files(MODULE)
    assert held["/usr/lib/apache2/modules/mod_polyauth.so"].startswith("-rw-r--r--")
    assert {path for path in held if path.startswith("/etc/") and not path.endswith("/")} == {
        "/etc/apache2/mods-available/polyauth.conf", "/etc/apache2/mods-available/polyauth.load"}
    doc = f"/usr/share/doc/{MODULE}/"
    for name in ("copyright", "changelog.gz", "changelog.Debian.gz", "README.md",
                 "conf/DIRECTIVES.md", "conf/MESSAGES.md", "conf/examples/01-drop-in.conf"):
        assert doc + name in held


def test_the_settings_are_conffiles():
    held = run("dpkg-deb", "--info", package(MODULE), "conffiles").split()
    assert held == ["/etc/apache2/mods-available/polyauth.conf",
                    "/etc/apache2/mods-available/polyauth.load"]


def test_the_tools_hold_their_manual_and_units_that_are_not_enabled():
    held = files(TOOLS)
    for path in ("/usr/bin/polyauthctl", "/usr/libexec/polyauth/fetch-crl",
                 "/usr/libexec/polyauth/acl-from-postgresql"):
        assert held[path].startswith("-rwxr-xr-x")
    assert "/usr/share/man/man8/polyauthctl.8.gz" in held
    units = {path for path in held if path.startswith("/usr/lib/systemd/") and path[-1] != "/"}
    assert units == {f"/usr/lib/systemd/system/polyauth-{name}" for name in (
        "acl.service", "acl.timer", "crl.service", "crl.timer")}
    assert not any(path.startswith("/etc/") for path in held)


@pytest.mark.parametrize("name", [MODULE, TOOLS])
def test_the_sums_of_the_files_are_those_of_the_files(name, tmp_path):
    run("dpkg-deb", "--raw-extract", package(name), tmp_path / "x")
    run("md5sum", "--check", "--strict", "DEBIAN/md5sums", cwd=tmp_path / "x")


@pytest.mark.parametrize("name, path", [
    (MODULE, "usr/lib/apache2/modules/mod_polyauth.so"), (TOOLS, "usr/bin/polyauthctl")])
def test_the_programs_are_stripped_and_hardened(name, path, tmp_path):
    run("dpkg-deb", "--extract", package(name), tmp_path)
    headers = run("readelf", "--wide", "--program-headers", "--dynamic", "--sections",
                  tmp_path / path)
    assert re.search(r"GNU_STACK .* RW +0x", headers), "the stack can be executed"
    assert "GNU_RELRO" in headers and "BIND_NOW" in headers
    assert "RPATH" not in headers and "RUNPATH" not in headers
    assert ".symtab" not in headers and ".debug_info" not in headers
