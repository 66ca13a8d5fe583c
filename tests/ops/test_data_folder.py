"""The data folder: versions, lock, token, modes.

Flow: folder → data folder → **here**.
"""

import os

import pytest

from ops.data_folder import VERSION, open_folder, opened, read_token
from schemas.errors import ConflictError, UserError


def mode(path):
    return path.stat().st_mode & 0o777


def test_a_new_folder_is_the_owners_and_of_this_version(data):
    with opened(data):
        assert mode(data) == 0o700
        assert (data / "version").read_text() == f"{VERSION}\n"


def test_an_open_folder_is_tightened(data):
    data.mkdir(mode=0o755)

    with opened(data):
        assert mode(data) == 0o700


def test_a_folder_in_use_names_the_process(data):
    with opened(data), pytest.raises(ConflictError, match=f"in use by process {os.getpid()}"):
        open_folder(data)


def test_a_closed_folder_can_be_opened_again(data):
    with opened(data):
        pass
    with opened(data):
        pass


def test_a_foreign_folder_is_refused(data):
    data.mkdir()
    (data / "thesis.tex").touch()

    with pytest.raises(UserError, match="is no data folder"):
        open_folder(data)


def test_a_newer_folder_is_refused_and_let_go(data):
    open_folder(data, version=9).close()

    with pytest.raises(UserError, match="of version 9, newer than this Millrace knows"):
        open_folder(data)
    open_folder(data, version=9).close()


def test_an_older_folder_is_migrated_step_by_step(data):
    open_folder(data, version=1).close()
    done: list[int] = []
    steps = {1: lambda _: done.append(1), 2: lambda _: done.append(2)}

    open_folder(data, version=3, migrations=steps).close()
    open_folder(data, version=3, migrations=steps).close()

    assert done == [1, 2]
    assert (data / "version").read_text() == "3\n"


def test_a_migration_that_fails_is_taken_up_where_it_stopped(data):
    open_folder(data, version=1).close()
    done: list[int] = []

    def stumble(_):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        open_folder(data, version=3, migrations={1: lambda _: done.append(1), 2: stumble})
    open_folder(data, version=3, migrations={1: lambda _: done.append(1), 2: lambda _: done.append(2)}).close()

    assert done == [1, 2]


def test_a_version_that_cannot_be_read_is_refused(data):
    open_folder(data).close()
    (data / "version").write_text("?")

    with pytest.raises(UserError, match="cannot be read"):
        open_folder(data)


def test_the_token_is_made_once_and_private(data):
    with opened(data) as folder:
        token, fresh = folder.token(None)
        again, fresh_again = folder.token(None)

    assert (fresh, fresh_again) == (True, False)
    assert token == again == read_token(data)
    assert mode(data / "token") == 0o600


def test_a_given_token_wins_and_is_not_kept(data):
    with opened(data) as folder:
        assert folder.token("mine") == ("mine", False)

    assert read_token(data) is None
