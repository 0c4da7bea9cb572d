"""The Vagrantfile: what it copies to the machines of students, and how many machines it can make."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CHECKOUT

# Stands in for Vagrant, and prints what it is told of folders and ports.
STAND_IN = r"""
require "etc"
require "json"
class Told
  def synced_folder(*, **options)
    puts JSON.generate(options[:rsync__exclude].map { |name| name.unpack1("H*") })
  end
  def usable_port_range=(range)
    puts range.size
  end
  def method_missing(*)
    yield self, self if block_given?
    self
  end
end
module Vagrant
  module Util
    module Which
      def self.which(*) = "rsync"
    end
  end
  def self.configure(*) = yield(Told.new)
end
load ARGV[0]
"""

pytestmark = pytest.mark.skipif(not shutil.which("ruby"), reason="no ruby here")


def told(vagrantfile: Path, **environment: str) -> list[Any]:
    words = ["ruby", "-e", STAND_IN, str(vagrantfile)]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", **environment}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.skipif(not shutil.which("rsync"), reason="no rsync here")
def test_only_what_the_installation_needs_is_copied_to_students(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    shutil.copytree(CHECKOUT / "locales", here / "locales" / "class")
    for name in ("class", "turma [A] do joão*", "collected", ".git"):
        (here / name).mkdir()
        (here / name / "grades.csv").write_text("maria,10")
    (here / "machines").write_text("Host seat1")
    (here / "README.md").write_text("")
    (here / "Vagrantfile").write_bytes((CHECKOUT / "Vagrantfile").read_bytes())
    (patterns,) = told(here / "Vagrantfile")
    words = [word for pattern in patterns for word in ("--exclude", bytes.fromhex(pattern))]
    subprocess.run(["rsync", "--archive", *words, f"{here}/", there], check=True)
    assert {path.name for path in there.iterdir()} == {"locales", "README.md"}
    assert (there / "locales" / "class" / "pt").is_dir()


def test_there_is_a_port_for_each_machine_of_a_large_class() -> None:
    ports, _ = told(CHECKOUT / "Vagrantfile", SEATS="99")
    assert ports >= 99
