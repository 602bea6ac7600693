"""What may befall an LMDB store: a writer that stops in the middle, and a disk that takes no more."""

import shutil
import subprocess
from contextlib import contextmanager

from sandbox import sanitizers
from sandbox.process import service_user_options, write
from sandbox.protected_site import ProtectedSite


@contextmanager
def held_writer(site: ProtectedSite):
    """A process that holds the lock of all writers, as one does that was stopped in the middle. Killed at the end, if the
    test has not done it."""
    with subprocess.Popen([site.make_session, "hold", site.store_folder, "-"], stdout=subprocess.PIPE, text=True, cwd="/",
                          **service_user_options()) as writer:
        try:
            assert writer.stdout is not None and writer.stdout.readline() == "held\n"
            yield writer
        finally:
            writer.kill()


class FullDisk:
    """For httpd, and for programs with `environment`: to be made before httpd starts."""

    def __init__(self, site: ProtectedSite):
        library = site.folder / "modules" / "full_disk.so"
        shutil.copy(site.build_dir / "tests" / "support" / "full_disk.so", library)
        library.chmod(0o755)
        self.flag = site.folder / "disk-is-full"
        site.httpd.environment = {"LD_PRELOAD": str(library), "SSO_FULL_DISK": str(self.flag)}
        built_with = sanitizers.environment(site.httpd.sso_module, site.httpd.mpm)
        self.environment = sanitizers.joined(built_with, site.httpd.environment)

    def fill(self) -> None:
        write(self.flag, "")

    @property
    def refusals(self) -> int:
        """How many writes found the disk full."""
        return self.flag.stat().st_size

    def empty(self) -> None:
        self.flag.unlink()
