# SPDX-License-Identifier: Apache-2.0
import pytest
from acl_image import compile_list
from conftest import ENVIRONMENT, NO, USAGE, YES

LIST = ("0004f2aabbcc", "64167f*", "64167fa*", "!64167faa*", "!0004f2aabb99", "0004f2aabb99")
ANSWERS = [
    ("0004f2aabbcc", YES, "admitted: 0004f2aabbcc", 1),
    ("00:04:F2:AA:BB:CC", YES, "admitted: 0004f2aabbcc", 1),
    ("00-04-f2-aa-bb-cc", YES, "admitted: 0004f2aabbcc", 1),
    ("0004.F2AA.BBCC", YES, "admitted: 0004f2aabbcc", 1),
    ("64167f000001", YES, "admitted: 64167f*", 2),
    ("64167fab0001", YES, "admitted: 64167fa*", 3),
    ("64167faa0001", NO, "denied: !64167faa*", 4),
    ("0004f2aabb99", NO, "denied: !0004f2aabb99", 5),
]


@pytest.mark.parametrize("mac, code, decides, line", ANSWERS)
def test_the_entry_of_a_text_that_decides_is_named_with_its_line(tool, mac, code, decides, line):
    tool.write("phones.acl", "\n".join(LIST))
    answer = tool("acl", "query", "phones.acl", mac)
    assert (answer.code, answer.lines) == (code, [f"{decides} (phones.acl:{line})"])


@pytest.mark.parametrize("mac, code, decides, line", ANSWERS)
def test_a_compiled_list_answers_like_the_text(tool, mac, code, decides, line):
    tool.write("phones.img", compile_list(*LIST))
    answer = tool("acl", "query", "phones.img", mac)
    assert (answer.code, answer.lines) == (code, [f"{decides} (phones.img, compiled)"])


def test_a_device_that_no_entry_covers_is_unlisted(tool):
    tool.write("phones.acl", "0004f2aabbcc\n")
    answer = tool("acl", "query", "phones.acl", "0004f2aabbcd")
    assert (answer.code, answer.lines) == (
        NO, ["unlisted: no entry covers 0004f2aabbcd (phones.acl)"])


def test_the_first_of_two_equal_lines_is_named(tool):
    tool.write("phones.acl", "# phones\n0004f2aabbcc\n0004F2AABBCC\n")
    assert tool("acl", "query", "phones.acl", "0004f2aabbcc").lines == [
        "admitted: 0004f2aabbcc (phones.acl:2)"]


@pytest.mark.parametrize("mac", ["000000000001", "010203040506"])
def test_an_address_that_no_certificate_may_carry_is_remarked_on(tool, mac):
    tool.write("phones.acl", "*\n")
    answer = tool("acl", "query", "phones.acl", mac)
    assert (answer.code, answer.lines) == (YES, ["admitted: * (phones.acl:1)"])
    assert answer.hints == [f"{mac} is no address of a device: no certificate may carry it"]


@pytest.mark.parametrize("mac", ["", "0004f2aabbc", "0004f2aabbccd", "0004f2*", "00:04:f2:aa:bb-cc"])
def test_what_is_no_address_is_a_usage_error(tool, mac):
    tool.write("phones.acl", "*\n")
    answer = tool("acl", "query", "phones.acl", mac)
    assert (answer.code, answer.errors) == (USAGE, [f'"{mac}" is no MAC address'])


def test_a_broken_list_gives_no_answer(tool):
    tool.write("phones.acl", "*\nzz\n")
    answer = tool("acl", "query", "phones.acl", "0004f2aabbcc")
    assert (answer.code, answer.out) == (ENVIRONMENT, "")
    assert answer.errors[0].startswith('phones.acl:2:1: "zz" is no entry')
    assert answer.hints == ["polyauthctl check acl phones.acl prints every error"]
    assert tool("acl", "query", "absent", "0004f2aabbcc").code == ENVIRONMENT


@pytest.mark.parametrize("at", [4, 8, 12, 16, 24, 40, 64, 500, -1])
def test_a_damaged_compiled_list_gives_no_answer(tool, at):
    image = bytearray(compile_list(*LIST))
    image[at] ^= 1
    tool.write("phones.img", bytes(image))
    answer = tool("acl", "query", "phones.img", "0004f2aabbcc")
    assert (answer.code, answer.out) == (ENVIRONMENT, "")


def test_a_truncated_compiled_list_gives_no_answer(tool):
    image = compile_list(*LIST)
    for length in (8, 100, len(image) - 8):
        tool.write("phones.img", image[:length])
        answer = tool("acl", "query", "phones.img", "0004f2aabbcc")
        assert answer.code == ENVIRONMENT
        assert "damaged" in answer.errors[0]
