# SPDX-License-Identifier: Apache-2.0
"""Every guide is gone through by a test, is found from the README, and its links lead somewhere."""

import re
from pathlib import Path

import pytest

from harness.guides import GUIDES, ROOT

ALL = sorted(GUIDES.iterdir())


def anchors(path):
    """Of each heading, as the common hosts of git make them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("path", ALL, ids=lambda each: each.name)
def test_a_guide_is_tried_and_linked(path):
    tried = "".join(each.read_text() for each in Path(__file__).parent.glob("test_71*.py"))
    assert f'Guide("{path.name}"' in tried
    assert not re.search("^ *(```|~~~|\t)", path.read_text(), re.MULTILINE), "not seen as a block"
    assert f"(conf/guides/{path.name})" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("path", ALL, ids=lambda each: each.name)
def test_the_links_of_a_guide_lead_somewhere(path):
    for link in re.findall(r"\]\(([^)]*)\)", path.read_text()):
        target, _, anchor = link.partition("#")
        page = (path.parent / target).resolve() if target else path
        assert page.exists(), link
        assert not anchor or anchor in anchors(page), link
