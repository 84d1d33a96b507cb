# SPDX-License-Identifier: Apache-2.0
"""The example of onboarding starts as it is and does what its header says; test_937 goes the
whole way with it."""

import getpass
import json
import os

from harness import first_boot
from harness.examples import FOREIGN, OWN, SHARED, denied, expect_refused_handshake, include, phone
from harness.first_boot import MAC, PERSON
from harness.guides import Guide
from harness.onboarding import derived

# 13


def test_phones_come_from_the_box_by_a_password_for_one_boot(server):
    first_boot.site(server, include("13-onboarding.conf")).start()
    server.log.declare("AH01617", "AH01618")
    a, regular = phone(server), (MAC, derived())
    assert first_boot.portal(server).status == 401
    answer = first_boot.portal(server, method="POST", auth=PERSON, body=json.dumps({"mac": MAC}),
                               headers={"Content-Type": "application/json"})
    assert answer.status == 201
    once = ("any", json.loads(answer.text)["password"])
    settings = server.get(f"/onboard/{MAC}-onboard.cfg", cert=a, auth=once)
    assert settings.status == 200 and f'device.prov.password="{derived()}"' in settings.text
    assert server.get(OWN, cert=a, auth=once).status == 401
    assert server.get(f"/onboard{OWN}", cert=phone(server, "phone-b"), auth=once).status == 403
    for name in (OWN, SHARED):
        assert server.get(name, cert=a, auth=regular).status == 200
    assert server.get(FOREIGN, cert=a, auth=regular).status == 403
    assert server.get(f"/onboard{OWN}", cert=a, auth=once).status == 401
    assert denied(server) == ["mac-foreign", "mac-foreign"]
    expect_refused_handshake(server, None)


def test_it_is_set_up_and_a_script_gets_what_the_guide_shows(server):
    with Guide("../ONBOARDING.md", server) as guide:
        state = guide.places["/var/lib/polyauth"] = server.root / "new-state"
        if os.geteuid() != 0:
            guide.places["www-data"] = getpass.getuser()
        guide.run("install -d")
        assert state.stat().st_mode & 0o777 == 0o700
        assert (guide.places["/etc/polyauth"] / "device-secrets").stat().st_mode & 0o777 == 0o600
        first_boot.site(server, include("13-onboarding.conf")).start()
        guide.places.update({"-u alice": f"-qsS --cacert server-ca.pem -u {':'.join(PERSON)}",
                             "portal.example.net:9443": f"localhost:{server.plain_port}",
                             "0004f2aabbcc": MAC})
        guide.left[:1] = guide.left[0].splitlines()
        got = json.loads(guide.run("curl").out)
        shown = json.loads(guide.take("expires"))
        assert got["mac"] == shown["mac"] == MAC
        assert {key: len(value) for key, value in got.items()} == {
            key: len(value) for key, value in shown.items()}
