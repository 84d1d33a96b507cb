# SPDX-License-Identifier: Apache-2.0
"""The names that real phones ask for: own, foreign, shared, and those that name nobody."""

import pytest

from harness.verdict import A, B, SECRET, expect, fill, governed

# Poly's, then other makers'; {mac} and {dashes} are the device's address.
DEVICE_NAMES = """
{mac}.cfg {mac}-user.cfg {mac}-phone.cfg {mac}-web.cfg {mac}-Web.cfg {mac}-system.cfg {mac}-mb.cfg
{mac}-app.log {mac}-boot.log {mac}-app-flash.log {mac}-now-0001.log {mac}-plcm-video.cfg
{mac}-core.tar.gz {mac}-license.cfg {mac}-directory.xml {mac}-calls.xml {mac}-extension.cfg
{mac}-registration.cfg {mac}-sip.cfg {mac}-ext.cfg {mac}-sipx-applications.cfg {mac}_reg.cfg
{mac}directory.xml phone{mac}.cfg VVX400-{mac}.cfg exten{mac}.cfg SoundPointIP-{mac}-site.cfg
config/{mac} logs/{mac}-app.log phoneconfigs/{mac}-phone.cfg directories/{mac}-directory.xml
calls/{mac}-calls.xml prov/corefiles/{mac}-core.tar.gz {mac}/logs/{mac}-app.log {mac}/basic.cfg
{mac}.xml 42/2/{mac}.xml snom710-{mac}.htm cfg{mac}.xml cfg{mac} SEP{mac}.cnf.xml ATA{mac}.cnf.xml
spa{mac}.cfg Config{mac}.cfg MN_{mac}.cfg algom{mac}.conf config.{mac}.xml hipve-{dashes}.xml
{dashes}.cfg {colons}.cfg {dots}.cfg phone-{dots}-web.cfg {dashes}/basic.cfg
{mac}.jpg {mac}-logo.bmp {mac}.ld {mac}-dictionary.xml {mac}_dictionary_language_en.xml {mac}.wav
""".split()
SHARED = """
000000000000.cfg 000000000000-license.cfg 000000000000-directory.xml sip.ld sip.ver SIP.VER
2345-12600-001.sip.ld 3111-44500-001.sip.ld 3111-44500-001.3111-44500-001.sip.ld
3111-44500-001.SIP.LD languages/Website_dictionary_language_en-us.xml
SoundPointIPLocalization/Italian_Italy/SoundPointIP-dictionary.xml
VVXLocalization/German_Germany/VVX-dictionary.xml Leaf.jpg LeafEM.jpg Beach.JPG LoudRing.wav
logo.png background.bmp
""".split()
# No address of twelve digits in them: nobody's own, and not on the list.
NAMELESS = f"""
sip-basic.cfg polycom.cfg aastra.cfg Config/sip.cfg Warble Welcome spa504G.cfg sip.ver.txt
com.broadsoft.xsi-actions/v2.0/profile y00000000.cfg y0000000000.cfg 0004f2.cfg
{A[:-1]}.cfg {A}0.cfg 1{A}.cfg {A}{B}.cfg 0000000000000.cfg 00_04_f2_aa_aa_aa.cfg 0004f2-aaaaaa.cfg
00-04-f2-aa-aa-aa-01.cfg f81d4fae-7dec-11d0-a765-{A}.cfg f81d4fae-7dec-11d0-a765-{B}.cfg
""".split()
# Twelve digits that are no device, and another device's beside a shared name.
OTHERS = f"""
y000000000065.cfg 08000f000000.cfg 000000000000.log 000000000000.xml 0000000000aa.cfg
000000000000-{A}.cfg 000000000000-{B}.cfg {B}/sip.ld {B}/Leaf.jpg ATA04F2AAAAAA01.cnf.xml
{B}/{A}.cfg {A}/{B}.cfg {A}-{B}.cfg {B}-{A}.cfg {A}_00-04-f2-bb-bb-bb.cfg
""".split()


def spell(name, mac):
    pairs = [mac[i:i + 2] for i in range(0, 12, 2)]
    return name.format(mac=mac, dashes="-".join(pairs), colons=":".join(pairs),
                       dots=".".join(mac[i:i + 4] for i in (0, 4, 8)))


SPELLED = [(name, mac) for name in DEVICE_NAMES for mac in (A, A.upper(), B, B.upper())]
# In its folder: (lines, {name: verdict}).
LISTS = {
    "none": ("PolyAuthSharedFiles none", {
        "000000000000.cfg": "mac-foreign", "000000000000-license.cfg": "mac-foreign",
        "sip.ld": "mac-missing", "Leaf.jpg": "mac-missing", f"{A}.cfg": "own-file",
        f"{A}.jpg": "own-file", f"{B}.jpg": "mac-foreign"}),
    "yealink": ("PolyAuthSharedFiles y0000000000*.cfg common-[0-9].cfg", {
        "y000000000065.cfg": "shared-file", "y000000000028.cfg": "shared-file",
        "y0000000000ab.cfg": "shared-file", "Y000000000065.cfg": "mac-foreign",
        "y000000001065.cfg": "mac-foreign", "y000000000065.boot": "mac-foreign",
        f"y0000000000-{B}.cfg": "mac-foreign", "common-1.cfg": "shared-file",
        "common-x.cfg": "mac-missing", "000000000000.cfg": "mac-foreign",
        "sip.ld": "mac-missing", f"{A}.cfg": "own-file"}),
    "both": ("PolyAuthSharedFiles poly y0000000000*.cfg", {
        "y000000000065.cfg": "shared-file", "000000000000.cfg": "shared-file",
        "sip.ld": "shared-file", f"{B}.cfg": "mac-foreign", "other.cfg": "mac-missing"}),
    "wide": ("PolyAuthSharedFiles *.cfg *.jpg", {
        "common.cfg": "shared-file", "sip-basic.cfg": "shared-file", f"{A}.cfg": "own-file",
        f"{B}.cfg": "mac-foreign", f"{B}.jpg": "mac-foreign", f"phone{B}.cfg": "mac-foreign",
        "00-04-f2-bb-bb-bb.cfg": "mac-foreign", "0004.f2bb.bbbb.cfg": "mac-foreign",
        "000000000000.cfg": "mac-foreign", "y000000000065.cfg": "mac-foreign",
        f"{B}0.cfg": "mac-missing", f"{A}{B}.cfg": "mac-missing", f"{B}/x.cfg": "mac-foreign",
        "common.CFG": "mac-missing", "common.xml": "mac-missing"}),
    # Only digits that the pattern spells out are shared.
    "spelled": (f"PolyAuthSharedFiles {B}.cfg 0004f2cc*.cfg", {
        f"{B}.cfg": "shared-file", f"{B}-web.cfg": "mac-foreign",
        "0004f2cccccc.cfg": "mac-foreign", "0004f2cc.cfg": "shared-file"}),
}


@pytest.fixture(scope="module")
def server(make_shared_server):
    made = make_shared_server()
    fill(made, *(spell(name, mac) for name, mac in SPELLED), *SHARED, *NAMELESS, *OTHERS)
    sections = [governed(made.docroot)]
    for folder, (lines, names) in LISTS.items():
        fill(made, *(f"{folder}/{name}" for name in names))
        sections.append(f'<Directory "{made.docroot / folder}">\n{lines}\n</Directory>\n')
    return made.configure(global_lines="".join(sections)).start()


@pytest.fixture(scope="module")
def phone_a(pki):
    return pki.leaf("phone-a")


@pytest.mark.parametrize("name, mac", SPELLED)
def test_a_phone_gets_its_own_file_and_no_other_phone_does(server, pki, name, mac):
    target = "/" + spell(name, mac)
    own, other = ("phone-a", "phone-b") if mac.lower() == A else ("phone-b", "phone-a")
    assert SECRET in expect(server, 200, "own-file", target, cert=pki.leaf(own)).text
    refused = expect(server, 403, "mac-foreign", target, cert=pki.leaf(other))
    assert refused.line["foreign"] == mac.lower()


@pytest.mark.parametrize("name", SHARED)
def test_what_phones_share_every_phone_gets(server, pki, name):
    for phone in ("phone-a", "phone-b"):
        assert SECRET in expect(server, 200, "shared-file", "/" + name, cert=pki.leaf(phone)).text


@pytest.mark.parametrize("name", NAMELESS + [""])
def test_a_name_without_an_address_is_nobodys(server, phone_a, name):
    assert "foreign" not in expect(server, 403, "mac-missing", "/" + name, cert=phone_a).line


@pytest.mark.parametrize("name", OTHERS)
def test_every_address_in_the_path_must_be_own(server, phone_a, name):
    expect(server, 403, "mac-foreign", "/" + name, cert=phone_a)


@pytest.mark.parametrize("folder, name, reason", [
    (folder, name, reason) for folder, (_, names) in LISTS.items()
    for name, reason in names.items()])
def test_the_list_of_shared_files_is_the_sections_own(server, phone_a, folder, name, reason):
    status = 200 if reason in ("shared-file", "own-file") else 403
    expect(server, status, reason, f"/{folder}/{name}", cert=phone_a)


def test_what_does_not_exist_is_told_to_its_owner_only(server, phone_a):
    expect(server, 404, "own-file", f"/{A}-nothing.cfg", cert=phone_a)
    expect(server, 404, "shared-file", "/nothing.jpg", cert=phone_a)
    expect(server, 403, "mac-foreign", f"/{B}-nothing.cfg", cert=phone_a)
    expect(server, 403, "mac-missing", "/nothing.cfg", cert=phone_a)


def test_in_its_own_folder_a_shared_name_stays_shared(server, phone_a):
    fill(server, f"{A}/sip.ld")
    expect(server, 200, "shared-file", f"/{A}/sip.ld", cert=phone_a)
