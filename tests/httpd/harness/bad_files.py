# SPDX-License-Identifier: Apache-2.0
"""Trust files and CRLs that are none: what happens at a start, and under a server that runs."""

from harness.trust import verdict
from harness.verdict import OWN, fill
from harness.waiting import wait_until


def instead(make):
    """A change that replaces the file by this text."""
    return lambda files, path: files.put(path, make(files))


def missing(files, path):
    if path.exists():
        path.unlink()


def folder(files, path):
    missing(files, path)
    path.mkdir()


def refusal(server, directive, path):
    """The outputs of a configuration test and of a start, both of which must refuse the file."""
    check, failure = server.configtest(), server.start_fails()
    assert check.returncode != 0
    outputs = check.output, failure.output + failure.error_log
    for output in outputs:
        lines = complaints_at_start(output)
        assert lines and all(f"{directive} {path}" in line for line in lines), output
    return outputs


def complaints_at_start(output):
    return [line for line in output.splitlines() if "PA1001: " in line or "PA1002: " in line]


class GoneBad:
    """One section for each kind of bad file: good at first, then bad, then repaired.

    `first` and `repaired` give the good versions, `section` the arguments of TrustFiles.section()
    for a path. Afterwards `lines` holds the complaints about each, and `verdicts` three times
    what the phones were told there.
    """

    def __init__(self, files, kinds, suffix, phones, first, repaired, section):
        self.server, self.files, self.phones = files.server, files, phones
        self.paths = {name: files.folder / f"{number}{suffix}" for number, name in enumerate(kinds)}
        for path in self.paths.values():
            first(path)
            fill(self.server, f"{path.stem}{OWN}")
        files.configure("".join(files.section(path.stem, **section(path))
                                for path in self.paths.values())).server.start()
        self.verdicts = [self._ask()]
        for name, (change, _) in kinds.items():
            change(files, self.paths[name])
        wait_until(lambda: len(self._complaints()) >= len(kinds), self.server.log.text)
        self.verdicts.append(self._ask())
        for path in self.paths.values():
            if path.is_dir():
                path.rmdir()
            repaired(path)
        for path in self.paths.values():
            files.loaded(path, 2)
        self.verdicts.append(self._ask())
        self.lines = {name: [line for line in self._complaints() if f"{path}:" in line]
                      for name, path in self.paths.items()}

    def of(self, name):
        """The one complaint about a file of this kind, and the verdicts on the phones."""
        (line,) = self.lines[name]
        assert str(self.paths[name]) in line and "; keeping generation=1 loaded at 20" in line
        return line, [each[name] for each in self.verdicts]

    def _complaints(self):
        return self.server.log.lines("PA200[234]: ")

    def _ask(self):
        def one(path, phone):
            return verdict(self.server, lambda: self.server.get(f"/{path.stem}{OWN}", cert=phone))
        return {name: [one(path, phone) for phone in self.phones]
                for name, path in self.paths.items()}
