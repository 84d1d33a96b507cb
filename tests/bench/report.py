# SPDX-License-Identifier: Apache-2.0
"""The raw figures as tables."""

from cases import CASES, CONFIGURED, UNFAIR
from table import Table, added, brief, number, seconds, size, times


def title_of(name, raw):
    return CASES[name].title.format(devices=raw["devices"])


def instructions(raw):
    found = raw["instructions"]
    hooks = any(case.get("hooks") is not None for case in found.values())
    table = Table("Instructions of a request",
                  ["", "whole", "the check adds", "to the phases", *(["in the module"] if hooks else [])],
                  note="One request on a connection that is open, out of the difference of "
                       f"{raw['few']:,} and {raw['many']:,} under callgrind. `to the phases` is what of it httpd "
                       "spends before the handler (`ap_process_request_internal`), where a check does its work; the "
                       "rest is mostly a longer answer.")
    for name, case in found.items():
        # A handshake is in it.
        base = found.get(CASES[name].base, {}) if name not in (CASES[name].base, "first") else {}

        def plus(what, case=case, base=base):
            return case[what] - base[what] if what in case and what in base else None

        table.rows.append([title_of(name, raw), number(case["whole"]), added(plus("whole")), added(plus("phases")),
                           *([number(case.get("hooks"))] if hooks else [])])
    if hooks:
        table.note += " `in the module` is the module with all that it calls."
    return table


def load(raw):
    table = Table("Requests a second and their times, as ratios to the same peer without a check",
                  ["", "requests/s", "ratio", "p50", "p99", "server's CPU"],
                  note=f"{raw['load_rounds']} runs of {raw['load_requests']:,} requests by ab over 8 connections, each "
                       "between two runs of the same peer without a check; the server on one processor, ab on "
                       "another. The median of the ratios, and the middle half of them: a range that spans 1 says "
                       "that the difference is smaller than the noise. ab costs more than nginx or HAProxy, so that "
                       "their check shows in the server's CPU for a request alone.")
    for peers in raw["load"].values():
        for name, case in peers.items():
            ratios = [times(case[f"{key}_ratio"]) if f"{key}_ratio" in case else "1"
                      for key in ("rate", "p50_ms", "p99_ms", "cpu_us")]
            table.rows.append([title_of(name, raw), number(case["rate"]), *ratios])
    return table


def compilations(raw):
    table = Table("Compiling a list", ["devices", "CPU", "memory", "bytes a device"],
                  note="`polyauthctl acl compile` of a text of random addresses.")
    for row in raw["compilations"]:
        table.rows.append([f"{row['devices']:,}", seconds(row["cpu_s"]), size(row["memory"]),
                           f"{row['bytes'] / row['devices']:.2f}"])
    return table


def lists(raw):
    table = Table("A list in the server",
                  ["devices, list", "file", "at start", "a change", "in force after", "memory", "after a change",
                   "a device", "instructions of a request"],
                  note="CPU of all processes at start beyond a server without list, and while a changed list is "
                       "adopted; how long after the rename it is in force with PolyAuthReloadInterval 1s; memory of "
                       "all processes together beyond a server without list, what they share counted once (for nginx "
                       "and HAProxy one process), and that of one device. Below 100,000 devices the noise of a "
                       "server's memory is larger than its list. A change of nginx's or HAProxy's list costs a start, "
                       "and AuthGroupFile is read anew by each request. \"Did not start\" is within three minutes; the "
                       "requests of peers with more than a million entries (AuthGroupFile: 100,000) are not counted.")
    for row in raw["lists"]:
        kept = max(row.get("memory_after", row.get("memory", 0)), 0)
        table.rows.append([
            f"{row['devices']:,}, {row['kind']}", size(row.get("bytes")), seconds(row.get("start_cpu_s")),
            seconds(row.get("adoption_cpu_s")), seconds(row.get("in_force_after_s")), size(row.get("memory")),
            size(row.get("memory_after")),
            f"{kept / row['devices']:.1f} B" if "memory" in row and row["devices"] >= 100_000 else "-",
            "did not start" if "problem" in row else number(row.get("instructions"))])
    return table


def revocations(raw):
    table = Table("CRLs in the server", ["revoked certificates", "file", "a change", "in force after", "memory",
                                         "a certificate", "instructions of a request"],
                  note="Serial numbers of 16 bytes in one of four CRLs, which replace empty ones. Columns as above; "
                       "memory after the change, beyond the same with empty CRLs.")
    for row in raw["revocations"]:
        table.rows.append([f"{row['revoked']:,}", size(row["bytes"]), seconds(row["adoption_cpu_s"]),
                           seconds(row["in_force_after_s"]), size(row["memory_after"]),
                           f"{row['memory_after'] / row['revoked']:.1f} B" if row["revoked"] >= 100_000 else "-",
                           number(row["instructions"])])
    return table


def changes(raw):
    found = raw["changes"]
    table = Table("A list that changes under load", ["", "requests/s", "p50", "p99", "longest"],
                  note=f"A list of {found['devices']:,} devices, replaced by rename as soon as the one before was in "
                       f"force: {found['replaced']} times, {found['adopted']} adopted within the runs. "
                       f"Refusals of the listed device: {found['refused']}. Medians of {len(found['runs']['quiet'])} "
                       "runs in turns.")
    for name, title in (("quiet", "no change"), ("changing", "changes without pause")):
        values = found[name]
        table.rows.append([title, number(values["rate"]),
                           *(f"{values[key]:.2f} ms" for key in ("p50_ms", "p99_ms", "longest_ms"))])
    return table


def micro(raw):
    table = Table("The core by itself", ["", "time"],
                  note="Micro-benchmarks (`polyauth_bench`, tests/bench/*.cpp), without httpd and TLS: the least mean "
                       "of three runs. The look-ups ask for another device each time.")
    for name, nanoseconds in raw["micro"].items():
        table.rows.append([name, brief(nanoseconds)])
    return table


_TABLES = {"instructions": instructions, "load": load, "compilations": compilations, "lists": lists,
           "revocations": revocations, "changes": changes, "micro": micro}


def tables(raw):
    return [make(raw) for part, make in _TABLES.items() if raw.get(part)]


def text(raw):
    versions = "; ".join(raw["versions"].values())
    return "\n\n".join([f"{raw['date']}, {versions}", "How the peers were configured\n\n" + CONFIGURED,
                        "What is unfair\n\n" + UNFAIR, *(table.text() for table in tables(raw))])


_MARK = "<!-- From here on written by scripts/bench --markdown. -->"


def write_markdown(path, raw):
    """Everything behind the mark in the file, or the whole of it."""
    head = path.read_text().partition(_MARK)[0] if path.exists() else ""
    versions = "\n".join(f"- {name}: {version}" for name, version in raw["versions"].items())
    path.write_text(head + "\n\n".join([
        _MARK, f"Measured on {raw['date']} by `{raw['command']}` in {raw['minutes']:.0f} minutes, with", versions,
        *(table.markdown() for table in tables(raw)),
        "## How the peers were configured", CONFIGURED, "## What is unfair", UNFAIR]) + "\n")
