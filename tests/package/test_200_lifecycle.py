# SPDX-License-Identifier: Apache-2.0
"""Installed, used, upgraded, removed, purged; and nothing of it behind the administrator's back."""
import re
from pathlib import Path

import pytest
from conftest import MODULE, PACKAGES, SERVICES_ASKED_FOR, TOOLS, package, run, tree, wait_for

AVAILABLE, ENABLED = Path("/etc/apache2/mods-available"), Path("/etc/apache2/mods-enabled")


def names(folder):
    return sorted(path.name for path in folder.glob("polyauth*"))


def asked_for_services():
    return SERVICES_ASKED_FOR.read_text()


def later(name, tmp_path, change=lambda root: None):
    """The same package as version 99, with a change."""
    root = tmp_path / name
    run("dpkg-deb", "--raw-extract", package(name), root)
    control = root / "DEBIAN/control"
    control.write_text(re.sub("(?m)^Version: .*$", "Version: 99-1", control.read_text()))
    change(root)
    run("dpkg-deb", "--build", "--root-owner-group", root, tmp_path / f"{name}.deb")
    return tmp_path / f"{name}.deb"


def test_installing_enables_and_starts_nothing(installed):
    assert names(AVAILABLE) == ["polyauth.conf", "polyauth.load"]
    assert names(ENABLED) == []
    assert not Path("/run/apache2/apache2.pid").exists()
    assert not [*Path("/etc/systemd").rglob("polyauth-*")]
    assert asked_for_services() == ""
    # The administrator says so, and httpd takes it as it is.
    run("a2enmod", "polyauth")
    assert names(ENABLED) == ["polyauth.conf", "polyauth.load"]
    assert "Syntax OK" in run("apache2ctl", "configtest")


def test_all_that_apt_asks_for_is_there():
    """`apt install ./*.deb`, without doing it."""
    said = run("apt-get", "--simulate", "--no-install-recommends", "install",
               package(MODULE), package(TOOLS))
    assert re.search(rf"^Inst {MODULE} ", said, re.MULTILINE)
    assert re.search(rf"^Inst {TOOLS} ", said, re.MULTILINE)


def test_three_lines_and_a_phone_gets_its_own_file_only(site):
    assert site.own_and_foreign() == (200, 403)
    assert site.status("0004f2bbbbbb", "phone-b") == 200
    assert "PA5002: denied reason=mac-foreign device=0004f2aaaaaa" in site.log()


def test_the_tools_work(installed):
    assert run("polyauthctl", "--version").strip()
    man = run("man", "--warnings", "-E", "UTF-8", "polyauthctl")
    assert "FILES" in man
    assert "usage: fetch-crl" in run("/usr/libexec/polyauth/fetch-crl", "--help")
    for unit in Path("/usr/lib/systemd/system").glob("polyauth-*.service"):
        text = unit.read_text()
        [program] = re.findall(r"(?m)^ExecStart=(\S+)", text)
        assert program.startswith("/usr/libexec/polyauth/") and Path(program).exists()
        assert "install -m" not in text and "/usr/local" not in text
    done = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
               *Path("/usr/lib/systemd/system").glob("polyauth-*"))
    assert "polyauth-" not in done


def test_an_upgrade_keeps_changed_settings_and_the_running_server(site, tmp_path):
    load, conf = AVAILABLE / "polyauth.load", AVAILABLE / "polyauth.conf"
    load.write_text(load.read_text() + "# ours\n")
    conf.write_text(conf.read_text() + "PolyAuthReloadInterval 7s\n")

    def change(root):
        theirs = root / "etc/apache2/mods-available/polyauth.conf"
        theirs.write_text(theirs.read_text() + "# theirs\n")

    before, said = site.pid(), ""
    for name in (MODULE, TOOLS):
        new = later(name, tmp_path, change if name == MODULE else lambda root: None)
        # What apt does where nobody can be asked.
        said += run("dpkg", "--install", "--force-confdef", "--force-confold", new)
    assert "keeps the version it has loaded" in said
    assert load.read_text().endswith("# ours\n")
    assert conf.read_text().endswith("PolyAuthReloadInterval 7s\n")
    assert (AVAILABLE / "polyauth.conf.dpkg-dist").read_text().endswith("# theirs\n")
    assert names(ENABLED) == ["polyauth.conf", "polyauth.load"]
    assert asked_for_services() == "" and site.pid() == before
    assert site.own_and_foreign() == (200, 403)

    run("apache2ctl", "graceful")
    wait_for(lambda: site.log().count("resuming normal operations") == 2, "the restart")
    assert site.own_and_foreign() == (200, 403)


def test_a_module_that_was_disabled_stays_disabled_over_an_upgrade(installed, tmp_path):
    run("a2enmod", "polyauth")
    run("a2dismod", "polyauth")
    said = run("dpkg", "--install", later(MODULE, tmp_path))
    assert names(ENABLED) == [] and "mod_polyauth:" not in said


def test_a_removed_module_protects_until_the_server_ends(site):
    before = site.pid()
    run("dpkg", "--remove", MODULE)
    assert names(ENABLED) == [] and names(AVAILABLE) == ["polyauth.conf", "polyauth.load"]
    assert asked_for_services() == "" and site.pid() == before
    assert site.own_and_foreign() == (200, 403)
    # Log rotation asks for a reload; a site that says PolyAuth is not loaded without it.
    assert "Invalid command 'PolyAuth'" in run("apache2ctl", "graceful", code=1)
    assert site.pid() == before and site.own_and_foreign() == (200, 403)


def test_a_module_that_is_installed_again_waits_for_a2enmod(installed):
    run("a2enmod", "polyauth")
    run("dpkg", "--remove", MODULE)
    run("dpkg", "--install", package(MODULE))
    assert names(ENABLED) == [] and asked_for_services() == ""
    run("a2enmod", "polyauth")
    assert "Syntax OK" in run("apache2ctl", "configtest")


@pytest.fixture
def before(debian):
    return tree()


def test_purge_leaves_nothing(before, site):
    assert site.own_and_foreign() == (200, 403)
    run("systemctl", "enable", "polyauth-crl.timer")
    run("a2dissite", "phones")
    run("dpkg", "--purge", TOOLS)
    run("apache2ctl", "stop")
    wait_for(lambda: not Path("/run/apache2/apache2.pid").exists(), "the end of apache2")
    run("dpkg", "--purge", MODULE)
    assert asked_for_services() == ""
    left = {line for line in tree() - before if "polyauth" in line}
    # The list of phones is the administrator's.
    assert {line.split()[0] for line in left} == {"/etc/polyauth", "/etc/polyauth/phones.acl"}
    run("a2ensite", "phones")


def test_purge_of_what_was_never_used_changes_nothing_at_all(before, installed):
    run("dpkg", "--purge", MODULE, TOOLS)
    after = tree()
    assert after - before == set() and before - after == set()


def test_without_apache2_the_module_can_still_be_purged(installed):
    """apache2-bin is enough for the module; the maintainer scripts then have no a2dismod."""
    helper = Path("/usr/share/apache2/apache2-maintscript-helper")
    aside = helper.rename(helper.with_name("aside"))
    try:
        run("dpkg", "--purge", MODULE)
    finally:
        aside.rename(helper)
    assert names(AVAILABLE) == []


def test_an_enabled_timer_is_so_again_after_a_new_installation(installed):
    link = Path("/etc/systemd/system/timers.target.wants/polyauth-crl.timer")
    run("systemctl", "enable", "polyauth-crl.timer")
    assert link.is_symlink()
    run("dpkg", "--remove", TOOLS)
    run("dpkg", "--install", package(TOOLS))
    assert link.is_symlink() and link.resolve().exists()


def test_the_packages_are_the_two_of_the_manual():
    assert len([*PACKAGES.glob("*.deb")]) == 2
