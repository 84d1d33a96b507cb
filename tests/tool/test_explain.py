# SPDX-License-Identifier: Apache-2.0
import json

import pytest
from acl_image import compile_list
from conftest import NO, YES

MAC = "0004f2aabbcc"


def explain(tool, path, *options, cn="0004F2AABBCC"):
    return tool("explain", "--cn", cn, "--path", path, *options)


def test_every_question_is_printed_with_its_answer(tool):
    tool.write("phones.acl", "# all\n0004f2*\n")
    answer = explain(tool, "/0004f2aabbdd.cfg", "--acl", "phones.acl")
    assert answer.code == NO and not answer.err
    assert [*answer.rows[:16], answer.rows[-1]] == [
        " 1 the connection is TLS                             yes",
        " 2 a client certificate was presented                yes",
        " 3 the certificate was verified                      yes",
        " 4 it is within its validity now                     yes",
        " 5 its chain ends in an anchor of the trust file     not asked",
        " 6 neither it nor a CA of its chain is revoked       not asked",
        " 7 it yields exactly one MAC                         yes, 0004f2aabbcc",
        " 8 the MAC is a unicast address and no placeholder   yes",
        " 9 the ACL admits the device                         yes, 0004f2* (phones.acl:2)",
        "10 phones use the method                             yes",
        "11 the text can be read in one way only              yes",
        "12 every MAC in the request is the device's own      no: mac-foreign, 0004f2aabbdd",
        "13 the resource is its own or shared                 not asked",
        "14 a shared file is only read                        not asked",
        "15 what is stored is on the upload list and its own  not asked",
        "16 user and password are the device's where asked    not asked",
        "denied mac-foreign",
    ]


@pytest.mark.parametrize("path, options, verdict", [
    ("/0004f2aabbcc.cfg", [], "granted own-file"),
    ("/a b/0004F2AABBCC-phone.cfg", [], "granted own-file"),
    ("/000000000000.cfg", [], "granted shared-file"),
    ("/common.cfg", [], "denied mac-missing"),
    ("/common.cfg", ["--shared", "poly", "*.cfg"], "granted shared-file"),
    ("/b", ["--shared", "a", "--shared", "b", "c"], "granted shared-file"),
    ("/sip.ver", ["--shared", "none"], "denied mac-missing"),
    ("/any", ["--match", "none"], "granted device"),
    ("/0004f2aabbcc/x.cfg", [], "granted own-file"),
    ("/0004f2aabbcc/x.cfg", ["--match", "file"], "denied mac-missing"),
    ("/a;b", [], "denied path-unsafe"),
    ("/0004f2aabbcc.cfg", ["--query", "mac=0004f2aabbdd"], "denied mac-foreign"),
    ("/p", ["--match", "query", "mac", "--query", "mac=0004F2AABBCC"], "granted own-file"),
    ("/p", ["--match", "query", "acl", "--query=acl=0004F2AABBCC"], "granted own-file"),
    ("/0004f2aabbcc.cfg", ["--query="], "granted own-file"),
    ("/p", ["--match", "uri", "--path-info", "/0004f2aabbcc"], "granted own-file"),
    ("/p/0004f2aabbcc", ["--match", "uri", "--path-info", "/0004f2aabbcc"], "granted own-file"),
    ("/p/0004f2aabbcc", ["--path-info", "/0004f2aabbcc"], "denied mac-missing"),
    ("/p", ["--path-info", "/0004f2aabbdd"], "denied mac-foreign"),
    ("/0004f2aabbcc.cfg", ["--method", "DELETE"], "denied method-refused"),
    ("/0004f2aabbcc-boot.log", ["--method", "PUT"], "granted own-file"),
    ("/0004f2aabbcc.cfg", ["--method", "PUT"], "denied upload-refused"),
    ("/0004f2aabbcc.cfg", ["--method", "PUT", "--uploads", "any"], "granted own-file"),
    ("/0004f2aabbcc-boot.log", ["--method", "PUT", "--uploads", "none"], "denied upload-refused"),
    ("/sip.ver", ["--method", "PUT"], "denied shared-read-only"),
])
def test_the_verdict_is_that_of_the_rule_book(tool, path, options, verdict):
    answer = explain(tool, path, *options)
    assert answer.lines[-1] == verdict
    assert answer.code == (YES if verdict.startswith("granted") else NO)


@pytest.mark.parametrize("cn, identity, verdict", [
    ("0004F2AABBCC", ["poly"], "granted own-file"),
    ("phone 0004F2AABBCC", ["poly"], "denied identity-malformed"),
    ("phone 0004F2AABBCC", ["broadworks"], "granted own-file"),
    ("SEP0004F2AABBCC", ["poly", "CN~SEP([0-9A-F]{12})"], "granted own-file"),
    ("0004F2AABBCC 0004F2AABBDD", ["broadworks"], "denied identity-multiple"),
    ("", ["poly"], "denied identity-missing"),
    ("000000000001", ["poly"], "denied identity-malformed"),
])
def test_the_identity_is_read_as_the_server_reads_it(tool, cn, identity, verdict):
    answer = explain(tool, "/0004f2aabbcc.cfg", "--identity", *identity, cn=cn)
    assert answer.lines[-1] == verdict


@pytest.mark.parametrize("text, verdict, note", [
    ("*\n", "granted own-file", "yes, * (phones.acl:1)"),
    ("64167f*\n", "denied acl-unlisted", "no: acl-unlisted"),
    ("*\n!0004f2*\n", "denied acl-denied", "no: acl-denied, !0004f2* (phones.acl:2)"),
])
def test_the_list_is_consulted(tool, text, verdict, note):
    tool.write("phones.acl", text)
    answer = explain(tool, "/0004f2aabbcc.cfg", "--acl", "phones.acl")
    assert answer.lines[-1] == verdict
    assert answer.rows[8].endswith("  " + note)


def test_a_compiled_list_is_consulted(tool):
    tool.write("phones.img", compile_list("0004f2*", "!0004f2aabbcc"))
    answer = explain(tool, "/0004f2aabbcc.cfg", "--acl", "phones.img")
    assert answer.lines[-1] == "denied acl-denied"
    assert answer.rows[8].endswith("no: acl-denied, !0004f2aabbcc (phones.img, compiled)")


def test_a_denial_says_what_it_means_and_what_to_do(tool):
    answer = explain(tool, "/common.cfg")
    told = " ".join(line.strip() for line in answer.rows[16:-1])
    assert told.startswith("The request names no MAC where PolyAuthMatch looks for one")
    assert "Add the name to PolyAuthSharedFiles" in told
    assert all(len(line) < 80 for line in answer.lines)
    assert len(explain(tool, "/0004f2aabbcc.cfg").rows) == 17


def test_json_says_the_same(tool):
    tool.write("a\x1b.acl", "*\n")
    options = ["/x-0004f2aabbdd.cfg", "--acl", "a\x1b.acl"]
    text, answer = explain(tool, *options), explain(tool, *options, "--json")
    told = json.loads(answer.out)
    assert answer.code == text.code == NO
    assert list(told) == ["verdict", "reason", "device", "foreign", "questions"]
    assert f"{told['verdict']} {told['reason']}" == text.lines[-1] == "denied mac-foreign"
    assert (told["device"], told["foreign"]) == (MAC, "0004f2aabbdd")
    assert [question["number"] for question in told["questions"]] == list(range(1, 17))
    for question, line in zip(told["questions"], text.rows):
        said = question["answer"] + (": " + question["reason"] if question["reason"] else "") + (
            ", " + question["note"] if question["note"] else "")
        assert line.split(maxsplit=1)[1].startswith(question["question"])
        assert line.endswith("  " + said)
    granted = json.loads(explain(tool, "/0004f2aabbcc.cfg", "--json").out)
    assert (granted["verdict"], granted["reason"], granted["foreign"]) == ("granted", "own-file", None)


@pytest.mark.parametrize("path, options, hint", [
    ("/p", ["--match", "uri", "--path-info", "/" + MAC], "a program is taken to answer"),
    ("/0004f2aabbcc%2ecfg", [], "--path is the path as the server has decoded it"),
    ("/0004f2aabbcc.cfg?a=b", [], "--path holds a question mark"),
])
def test_what_may_surprise_is_hinted_at(tool, path, options, hint):
    assert explain(tool, path, *options).hints[0].startswith(hint)
