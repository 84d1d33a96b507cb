# SPDX-License-Identifier: Apache-2.0
"""The laboratory of a run: a PKI, a file to serve, lists of devices, CRLs."""

import os
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
MAC = "0004f2aaaaaa"  # phone-a of the laboratory
FILE = f"{MAC}.cfg"
BODY = "config of a\n"
# As root, a server would give up root and could then not write its profile.
AS_USER = ["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups"] if os.geteuid() == 0 else []
CAS = ("root", "policy", "issuing1", "issuing2")


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def macs(count, seed=1):
    """Lines of random unicast addresses, the phone's among them."""
    source = random.Random(seed)
    unicast = bytes([0xFE, *[0xFF] * 5])
    left = count - 1
    while left > 0:
        piece = min(left, 100_000)
        left -= piece
        bits = int.from_bytes(source.randbytes(6 * piece), "big") & int.from_bytes(unicast * piece, "big")
        yield bits.to_bytes(6 * piece, "big").hex("\n", 6) + "\n"
    yield MAC + "\n"


class Lab:
    """Everything lies below `folder`, which is gone when the block ends."""

    def __init__(self, build, results):
        self.results = results
        self.module, self.tool = build / "mod_polyauth.so", build / "polyauthctl"

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="polyauth-bench."))
        try:
            self._furnish()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _furnish(self):
        self.folder.chmod(0o755)
        self.pki, self.htdocs, self.lists = (self.folder / name for name in ("pki", "htdocs", "lists"))
        run(SOURCE / "scripts/make-lab-pki", self.pki)
        self.htdocs.mkdir()
        self.lists.mkdir()
        (self.htdocs / FILE).write_text(BODY)
        self.crls = self.folder / "crls.pem"
        self.crls.write_text("".join(map(self._crl, CAS)))
        for name in ("phone-a", "server"):
            both = (self.pki / f"{name}.crt").read_text() + (self.pki / f"{name}.key").read_text()
            (self.pki / f"{name}.pem").write_text(both)
        self._give(self.folder)

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def _crl(self, ca, number=1, revoked=0):
        """In PEM; the serials that it names are none of the laboratory's."""
        base = self.folder / f"{ca}-{number}"
        config = Path(f"{base}.cnf")
        config.write_text(f"[ca]\ndefault_ca=lab\n[lab]\ndatabase={base}.index\ncrlnumber={base}.number\n"
                          "default_md=sha256\ndefault_crl_days=30\n")
        source = random.Random(3)
        with open(f"{base}.index", "w") as index:
            for serial in sorted({source.getrandbits(120) | 1 << 120 for _ in range(revoked)}):
                index.write(f"R\t401231000000Z\t260101000000Z\t{serial:032X}\tunknown\t/CN={serial:X}\n")
        Path(f"{base}.number").write_text(f"{number:02X}\n")
        return run("openssl", "ca", "-config", config, "-gencrl", "-cert", self.pki / f"{ca}.pem",
                   "-keyfile", self.pki / f"{ca}.key")

    def crls_of(self, revoked):
        """Newer than `crls`, of which one names so many certificates."""
        path = self.lists / f"crls-{revoked}"
        path.write_text("".join(self._crl(ca, 2, revoked if ca == "issuing2" else 0) for ca in CAS))
        return path

    def _give(self, path):
        if AS_USER:
            run("chown", "-R", "www-data:www-data", path)

    def new_folder(self, name):
        """An empty folder that the server may write."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        self._give(path)
        return path

    def list_of(self, count, form="text", seed=1):
        """A list of so many devices as one kind of server reads it; made once."""
        path = self.lists / f"{form}-{count}-{seed}"
        if not path.exists():
            with open(path, "w") as out:
                for piece in macs(count, seed):
                    out.write(_FORMS[form](piece))
        return path

    def compiled(self, count, seed=1):
        path = self.lists / f"compiled-{count}-{seed}"
        if not path.exists():
            run(self.tool, "acl", "compile", self.list_of(count, seed=seed), "-o", path)
            path.chmod(0o644)
        return path


def _groups(piece):
    # httpd reads a line of a group file into 8 KiB.
    names = piece.upper().split()
    return "".join(f"phones: {' '.join(names[at:at + 500])}\n" for at in range(0, len(names), 500))


_FORMS = {
    "text": lambda piece: piece,
    "haproxy": lambda piece: piece,
    "nginx": lambda piece: piece.replace("\n", " 1;\n"),
    "group": _groups,
}
