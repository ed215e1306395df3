"""Options from a file, the environment and flags, in that order of strength; what is wrong is refused at start, by name."""

import tomllib
from pathlib import Path

import pytest

from support.binary import karmen_binary
from support.server import Server, run


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    return tmp_path / "karmen.toml"


def refused(config_file: Path, text: str, *flags: str, env: dict[str, str] | None = None) -> str:
    """What `karmen serve` says when it does not start."""
    config_file.write_text(text)
    command = [karmen_binary(), "serve", "--data-dir", str(config_file.parent / "data"), "--config", str(config_file), *flags]
    done = run(command, expect=None, env={"KARMEN_HTTP_PORT": "0"} | (env or {}), cwd=config_file.parent)
    assert done.returncode not in (0, None), done.stdout
    assert not (config_file.parent / "data").exists(), "nothing was made"
    return done.stderr + done.stdout


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        ("[http]\nport = 0\nprot = 1\n", "http.prot", 3),
        ("[htpp]\nport = 0\n", "htpp", 2),
        ("nonsense = 1\n", "nonsense", 1),
        ("\n\n[auth]\n\nbcrypt_cots = 4\n", "bcrypt_cots", 5),
    ],
)
def test_unknown_key_is_refused_with_its_line(config_file: Path, text: str, name: str, line: int):
    said = refused(config_file, text)
    assert name in said
    assert f"karmen.toml:{line}" in said or f"line {line}" in said


@pytest.mark.parametrize(
    ("text", "name", "line", "allowed"),
    [
        ("[http]\nport = 65536\n", "http.port", 2, "65535"),
        ("[http]\nport = -1\n", "http.port", 2, "65535"),
        ('[http]\nport = "eighty"\n', "http.port", 2, "65535"),
        ("[auth]\n# a comment\nbcrypt_cost = 3\n", "auth.bcrypt_cost", 3, "4"),
        ('[log]\nlevel = "loud"\n', "log.level", 2, "warning"),
        ('[printers]\ndeadline = "2 parsecs"\n', "printers.deadline", 2, ""),
        ('[http]\nupload_max_bytes = "1XB"\n', "http.upload_max_bytes", 2, ""),
        ('[http]\naddress = "karmen"\n', "http.address", 2, "address"),
        ("[http]\ncors_origins = [1]\n", "http.cors_origins", 2, ""),
        ("[http]\nport = [80]\n", "http.port", 2, "65535"),
    ],
)
def test_bad_value_is_refused_with_its_line_and_what_is_allowed(config_file: Path, text: str, name: str, line: int, allowed: str):
    said = refused(config_file, text)
    assert name in said and allowed in said
    assert f"karmen.toml:{line}" in said or f"line {line}" in said


def test_broken_toml_is_refused(config_file: Path):
    said = refused(config_file, "[http\nport = 0\n")
    assert "karmen.toml" in said


def test_missing_file_is_refused(tmp_path: Path):
    command = [karmen_binary(), "serve", "--data-dir", str(tmp_path / "data"), "--config", str(tmp_path / "none.toml")]
    done = run(command, expect=None)
    assert done.returncode != 0 and "none.toml" in done.stderr + done.stdout


def test_bad_environment_and_flags_are_refused_by_name(config_file: Path):
    assert "KARMEN_HTTP_PROT" in refused(config_file, "", env={"KARMEN_HTTP_PROT": "1"})
    assert "KARMEN_AUTH_BCRYPT_COST" in refused(config_file, "", env={"KARMEN_AUTH_BCRYPT_COST": "99"})
    assert "--auth-bcrypt-cost" in refused(config_file, "", "--auth-bcrypt-cost", "99")
    assert "--no-such-flag" in refused(config_file, "", "--no-such-flag", "1")


def test_secrets_are_not_repeated(config_file: Path):
    said = refused(config_file, '[auth]\nsecret_key = "short-and-secret"\n')
    assert "auth.secret_key" in said and "short-and-secret" not in said
    said = refused(config_file, "", env={"KARMEN_AUTH_ADMIN_PASSWORD": "s3cret"})
    assert "KARMEN_AUTH_ADMIN_PASSWORD" in said and "s3cret" not in said


def served_origin(server: Server) -> str | None:
    """The one origin that the server was told to allow: a harmless way to see which source won."""
    return server.anonymous().get("/", headers={"Origin": "https://x.example"}, expect=200).headers.get("Access-Control-Allow-Origin")


def test_flags_win_over_environment_over_file(new_server, config_file: Path):
    config_file.write_text('[http]\ncors_origins = ["https://x.example"]\n[log]\nformat = "json"\n')
    from_file = {"config": str(config_file)}
    environment = {"KARMEN_HTTP_CORS_ORIGINS": "https://y.example"}
    flag = {"http-cors-origins": "https://x.example"}
    assert served_origin(new_server(options=from_file)) == "https://x.example"
    assert served_origin(new_server(options=from_file, env=environment)) is None
    assert served_origin(new_server(options=from_file | flag, env=environment)) == "https://x.example"


def test_file_may_be_named_by_the_environment(new_server, config_file: Path):
    config_file.write_text('[http]\ncors_origins = ["https://x.example"]\n')
    assert served_origin(new_server(env={"KARMEN_CONFIG": str(config_file)})) == "https://x.example"


def test_reference_has_all_defaults_and_is_accepted_back(new_server, config_file: Path):
    reference = run([karmen_binary(), "config"]).stdout
    parsed = tomllib.loads(reference)
    assert parsed["http"]["port"] == 8080 and parsed["auth"]["bcrypt_cost"] == 12
    assert parsed["data_dir"] == "./karmen-data"
    config_file.write_text(reference)
    new_server(options={"config": str(config_file)}).anonymous().get("/", expect=200)


def test_help_names_every_subcommand():
    said = run([karmen_binary(), "--help"]).stdout
    for subcommand in ("serve", "user", "fake-printer", "config"):
        assert subcommand in said
    assert "--http-port" in said
    assert run([karmen_binary(), "--version"]).stdout.strip()
    assert run([karmen_binary(), "nonsense"], expect=None).returncode != 0
