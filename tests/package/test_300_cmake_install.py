# SPDX-License-Identifier: Apache-2.0
"""`cmake --install`, by component and to any prefix."""
import os
from pathlib import Path

import pytest
from conftest import SOURCE, run

BUILD = Path(os.environ.get("POLYAUTH_PACKAGE_BUILD", SOURCE / "build/package"))


def install(component, prefix, root=""):
    os.environ["DESTDIR"] = str(root)
    try:
        run("cmake", "--install", BUILD, "--component", component, "--prefix", prefix)
    finally:
        del os.environ["DESTDIR"]


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_prefix_of_ones_own_holds_all_of_it(tmp_path):
    etc = sorted(Path("/etc").rglob("*polyauth*"))
    install("module", tmp_path)
    module = tmp_path / "lib/apache2/modules/mod_polyauth.so"
    assert module.stat().st_mode & 0o777 == 0o644
    load = (tmp_path / "etc/apache2/mods-available/polyauth.load").read_text()
    assert load.splitlines()[-1] == f"LoadModule polyauth_module {module}"
    assert not (tmp_path / "bin").exists()

    install("tool", tmp_path)
    assert run(tmp_path / "bin/polyauthctl", "--version").strip()
    assert {name for name in files(tmp_path) if not name.startswith("share/doc/")} == {
        "lib/apache2/modules/mod_polyauth.so",
        "etc/apache2/mods-available/polyauth.load", "etc/apache2/mods-available/polyauth.conf",
        "bin/polyauthctl", "share/man/man8/polyauthctl.8",
        "libexec/polyauth/fetch-crl", "libexec/polyauth/acl-from-postgresql",
        "lib/systemd/system/polyauth-acl.service", "lib/systemd/system/polyauth-acl.timer",
        "lib/systemd/system/polyauth-crl.service", "lib/systemd/system/polyauth-crl.timer"}
    service = (tmp_path / "lib/systemd/system/polyauth-crl.service").read_text()
    assert f"\nExecStart={tmp_path}/libexec/polyauth/fetch-crl " in service
    assert sorted(Path("/etc").rglob("*polyauth*")) == etc


@pytest.mark.parametrize("prefix", ["/usr", "/usr/local"])
def test_prefixes_of_the_system_are_found_by_a2enmod(prefix, tmp_path):
    install("module", prefix, tmp_path)
    load = (tmp_path / "etc/apache2/mods-available/polyauth.load").read_text()
    assert f"LoadModule polyauth_module {prefix}/lib/apache2/modules/mod_polyauth.so\n" in load
    assert (tmp_path / prefix[1:] / "lib/apache2/modules/mod_polyauth.so").exists()


def test_the_module_from_the_sources_is_loaded_by_debians_httpd(debian):
    """The second way of the README, on the copy of this machine itself."""
    install("module", "/usr/local")
    run("a2enmod", "polyauth")
    try:
        assert "Syntax OK" in run("apache2ctl", "configtest")
        assert "polyauth_module (shared)" in run("apache2ctl", "-M")
    finally:
        run("a2dismod", "polyauth")
