"""The embedded PostgreSQL keeps its data, whatever ended it, and keeps patients' words out of its log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from clinic.onebox import account, places, processes
from clinic.onebox.postgres import NoDatabase, Postgres, find_binaries
from tests.clinic.onebox.conftest import Start


def serve(postgres: Postgres, start: Start) -> subprocess.Popen[bytes]:
    server = start(postgres.program())
    postgres.wait_until_ready(server)
    postgres.create_database()
    return server


def write_a_row(postgres: Postgres) -> None:
    with postgres.connect(places.DATABASE_NAME) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'still here' AS word")


def read_the_row(postgres: Postgres) -> str:
    with postgres.connect(places.DATABASE_NAME) as connection:
        row = connection.execute("SELECT word FROM kept").fetchone()
    assert row is not None
    return str(row[0])


def test_a_row_survives_the_killing_of_every_process(postgres: Postgres, start: Start) -> None:
    server = serve(postgres, start)
    write_a_row(postgres)

    for pid in processes.living_in(postgres.data):
        os.kill(pid, signal.SIGKILL)
    server.wait()
    assert (postgres.data / "postmaster.pid").exists()
    serve(postgres, start)

    assert read_the_row(postgres) == "still here"


def test_a_lock_that_names_a_living_stranger_does_not_stop_the_start(postgres: Postgres, start: Start) -> None:
    serve(postgres, start).send_signal(signal.SIGINT)
    assert processes.wait_until_nobody_lives_in(postgres.data, 10)
    lock = f"{os.getpid()}\n{postgres.data}\n1\n5432\n.\n\n"
    (postgres.data / "postmaster.pid").write_text(lock)

    serve(postgres, start)

    assert (postgres.data / "postmaster.pid").read_text() != lock


def test_without_clearing_the_lock_that_stranger_would_stop_the_start(postgres: Postgres, start: Start) -> None:
    program = postgres.program()
    (postgres.data / "postmaster.pid").write_text(f"{os.getppid()}\n{postgres.data}\n1\n5432\n.\n\n")
    if os.geteuid() == 0:
        os.chown(postgres.data / "postmaster.pid", postgres.data.stat().st_uid, -1)

    assert start(program).wait(timeout=10) != 0


def test_a_server_left_behind_is_ended_in_order_before_the_next_start(postgres: Postgres, start: Start) -> None:
    left_behind = serve(postgres, start)
    write_a_row(postgres)

    serve(postgres, start)

    assert left_behind.wait(timeout=1) == 0
    assert read_the_row(postgres) == "still here"


def test_the_server_ends_in_order_when_its_starter_is_killed(postgres: Postgres, var: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from clinic.onebox.postgres import Postgres;"
        "var = Path(sys.argv[1]); postgres = Postgres(var, var / 'run'); server = postgres.program().start(None);"
        "postgres.wait_until_ready(server); print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(var)], cwd=places.REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        while starter.stdout.readline().strip() != "ready":
            assert starter.poll() is None
        assert processes.living_in(postgres.data)
        starter.kill()

        assert processes.wait_until_nobody_lives_in(postgres.data, 10)
    assert not (postgres.data / "postmaster.pid").exists()


def test_an_interrupted_first_start_is_begun_again(postgres: Postgres, start: Start) -> None:
    (postgres.half / "global").mkdir(parents=True)
    (postgres.half / "PG_VERSION").write_text("18\n")

    serve(postgres, start)

    assert not postgres.half.exists()
    assert (postgres.data / "global" / "pg_control").exists()


def test_a_damaged_data_folder_is_refused_and_left_as_it_is(postgres: Postgres) -> None:
    (postgres.data / "base").mkdir(parents=True)
    (postgres.data / "PG_VERSION").write_text("18\n")

    with pytest.raises(NoDatabase, match="global/pg_control missing"):
        postgres.program()

    assert (postgres.data / "base").exists()


def test_data_of_a_version_that_is_not_here_is_refused(var: Path) -> None:
    (var / "PG_VERSION").write_text("12\n")

    with pytest.raises(NoDatabase, match="made by PostgreSQL 12"):
        find_binaries(var)


def test_a_server_that_ends_while_starting_is_said_to_have_ended(postgres: Postgres, start: Start) -> None:
    program = postgres.program()
    (postgres.data / "postgresql.conf").write_text("no such setting\n")

    with pytest.raises(NoDatabase, match="ended while starting"):
        postgres.wait_until_ready(start(program))


def test_the_server_keeps_what_it_acknowledges_and_listens_to_no_network(postgres: Postgres, start: Start) -> None:
    serve(postgres, start)

    with postgres.connect() as connection:
        rows = connection.execute("SELECT name, setting FROM pg_settings").fetchall()

    found: dict[str, str] = dict(rows)
    assert [found[name] for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums")] == ["on"] * 4
    assert (found["listen_addresses"], found["TimeZone"], found["server_encoding"]) == ("", "UTC", "UTF8")


def test_what_a_patient_wrote_never_reaches_the_log(postgres: Postgres, start: Start, var: Path) -> None:
    serve(postgres, start)
    with postgres.connect() as connection:
        connection.execute("CREATE TABLE people (name text UNIQUE, born date)")
        connection.execute("INSERT INTO people VALUES ('Canary Finch')")
        for broken in ("INSERT INTO people VALUES ('Canary Finch')", "SELECT 'Canary Finch'::int", "Canary Finch"):
            with pytest.raises(psycopg.Error):
                connection.execute(broken)
        with pytest.raises(psycopg.Error):
            connection.execute("INSERT INTO people VALUES (%s, %s)", ["Finch", "Canary"])

    postgres.program()

    log = (var / "output").read_text()
    assert "database system is shut down" in log
    assert "Canary" not in log


def test_it_runs_under_every_account_that_this_machine_allows(
    var: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    binaries = find_binaries(var / "pgdata")
    possible = [account.NAMESPACE, account.NOBODY] if os.geteuid() == 0 else [processes.SAME_ACCOUNT]
    allowed = [who for who in possible if account.can_run(who, binaries)]
    assert allowed
    var.chmod(0o700)

    postgres = Postgres(var, var / "run")
    for who in [*allowed, allowed[0]]:
        monkeypatch.setattr(account, "choose", lambda binaries, var, who=who: (who, binaries))
        server = serve(postgres, start)
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=10) == 0


def test_the_copy_for_other_accounts_is_whole(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "COPIES", var / "copies")

    copied = account.copy_for_others(find_binaries(var / "pgdata"))

    assert account.can_run(processes.SAME_ACCOUNT, copied)
    assert (copied / "initdb").stat().st_mode & 0o005 == 0o005
    assert account.copy_for_others(find_binaries(var / "pgdata")) == copied
