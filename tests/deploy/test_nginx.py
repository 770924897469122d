"""deploy/nginx.conf in the real nginx: in front of the real app, and of an upstream that tells what reached it."""

import base64
import gzip
import hashlib
import json
import re
import shutil
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import serving
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser, expect
from serving import NAME, PATIENCE_S, ROOT, Server

from kb.config import Settings
from kb.engines import open_engine

SAMPLE = ROOT / "docs_source" / "beratung" / "eingliederungsvereinbarung-abschliessen.pdf"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("app")
    source = folder / "docs_source" / "thema"
    source.mkdir(parents=True)
    shutil.copy(SAMPLE, source)
    with serving.app(source.parent, folder) as server:
        yield server


@pytest.fixture(scope="module")
def site(app: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The site in front of the app."""
    with serving.nginx(tmp_path_factory.mktemp("site"), upstream=app.port) as server:
        yield server


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The site in front of an upstream that answers with what reached it."""
    with serving.echo() as port, serving.nginx(tmp_path_factory.mktemp("mirror"), upstream=port) as server:
        yield server


@pytest.fixture
def widow(tmp_path: Path) -> Iterator[Server]:
    """The site while the app is down."""
    with serving.nginx(tmp_path, upstream=serving.free_port()) as server:
        yield server


def asset(site: Server) -> str:
    found = re.search(r'src="\.(/static/js/index\.[^"]+\.js)"', site.get("/").body.decode())
    assert found
    return found[1]


def original(app: Server) -> str:
    with closing(open_engine(Settings(index=app.output.parent / "index"))) as engine:
        (guide,) = engine.catalog().values()
    return f"/original/{guide.id}/{SAMPLE.name}"


# ---- what has to get through -------------------------------------------------------------------------------------------


def test_the_page_arrives_in_german_and_packed(site: Server) -> None:
    page = site.get("/?q=Umzug", {"Accept-Encoding": "gzip"})

    assert page.status == 200
    assert page.all("Content-Encoding") == ["gzip"]
    assert '<html lang="de"' in gzip.decompress(page.body).decode()


def test_javascript_arrives_packed_and_may_be_kept(app: Server, site: Server) -> None:
    script = asset(site)
    packed = site.get(script, {"Accept-Encoding": "gzip"})

    assert packed.all("Content-Encoding") == ["gzip"]
    assert packed.all("Vary") == ["Accept-Encoding"]
    assert gzip.decompress(packed.body) == app.get(script).body
    assert len(packed.all("Cache-Control")) == 1
    assert "immutable" in packed.headers["Cache-Control"]


def handshake(site: Server, origin: str) -> str:
    key = base64.b64encode(b"sixteen bytes ok").decode()
    request = (
        f"GET /_stcore/stream HTTP/1.1\r\nHost: {NAME}:{site.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Origin: {origin}\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: streamlit, x, y\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", site.port), PATIENCE_S) as connection, connection.makefile("rb") as answer:
        connection.sendall(request.encode())
        lines = iter(answer.readline, b"\r\n")
        head = b"".join(lines).decode()
    accept = base64.b64encode(hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())  # noqa: S324  # RFC 6455
    assert (f"Sec-WebSocket-Accept: {accept.decode()}".lower() in head.lower()) == (" 101 " in head)
    return head


def test_the_websocket_is_upgraded_for_our_own_origin_only(site: Server) -> None:
    assert handshake(site, f"http://{NAME}:{site.port}").startswith("HTTP/1.1 101 ")
    assert handshake(site, "http://fremd.example").startswith("HTTP/1.1 403 ")


def test_an_original_arrives_whole_in_parts_and_not_twice(app: Server, site: Server) -> None:
    content = SAMPLE.read_bytes()
    whole = site.get(original(app), {"Accept-Encoding": "gzip"})
    part = site.get(original(app), {"Range": "bytes=100-299"})
    unchanged = site.get(original(app), {"If-None-Match": whole.headers["ETag"]})

    assert (whole.status, whole.body) == (200, content)
    assert whole.all("Content-Type") == ["application/pdf"]
    assert whole.all("Accept-Ranges") == ["bytes"]
    assert (part.status, part.body) == (206, content[100:300])
    assert part.all("Content-Range") == [f"bytes 100-299/{len(content)}"]
    assert unchanged.body in (b"", content)  # whether the app answers 304 is its own affair


def test_security_headers_arrive_once(app: Server, site: Server) -> None:
    for path in ("/", asset(site), original(app), "/healthz", "/gibt-es-nicht"):
        answer = site.get(path)

        assert answer.all("X-Content-Type-Options") == ["nosniff"], path
        assert answer.all("Referrer-Policy") == ["no-referrer"], path
        assert len(answer.all("X-Frame-Options")) == 1, path
        (policy,) = answer.all("Content-Security-Policy")
        assert "default-src" in policy, path
        assert "unsafe-eval" not in policy, path
        assert answer.all("Server") == ["nginx"], path


def test_the_app_learns_what_it_needs(mirror: Server) -> None:
    wanted = {
        "Accept": "text/html",
        "Accept-Language": "de-DE",
        "Content-Type": "application/json",
        "Cookie": "_streamlit_xsrf=1",
        "If-Modified-Since": "Sun, 01 Nov 2026 00:00:00 GMT",
        "If-None-Match": '"x"',
        "If-Range": '"x"',
        "Origin": f"http://{NAME}",
        "Range": "bytes=0-9",
    }
    seen = json.loads(mirror.get("/suche%20x?q=a%20b", wanted).body)

    received = dict(seen["headers"])
    assert seen["path"] == "/suche%20x?q=a%20b"
    assert wanted.items() <= received.items()
    assert received["Host"] == f"{NAME}:{mirror.port}"
    assert received["X-Forwarded-Proto"] == "http"


@pytest.mark.browser
def test_a_reader_finds_something(site: Server, chromium: Browser) -> None:
    """The page needs more headers, paths and messages than the tests above name; here it has to work as a whole."""
    page = chromium.new_page()
    page.goto(f"http://{NAME}:{site.port}/")
    field = page.get_by_role("combobox")
    field.press_sequentially("Eingliederungsv")
    expect(page.get_by_role("option").first).to_contain_text("Eingliederungsvereinbarung")
    field.fill("Eingliederungsvereinbarung")
    field.press("Enter")
    expect(page.locator("mark").first).to_be_visible()
    page.close()

    assert '"/_stcore/stream" 101' in site.wait_until_written("/_stcore/stream")
    assert '"/vorschlaege" 200' in site.wait_until_written("/vorschlaege")
    assert "Einglied" not in site.written()


# ---- what must not get through -----------------------------------------------------------------------------------------

CLAIMS = [
    "Authorization",
    "Proxy-Authorization",
    "Forwarded",
    "From",
    "Remote-Email",
    "Remote-Groups",
    "Remote-Name",
    "Remote-User",
    "X-Auth-Request-Access-Token",
    "X-Auth-Request-Email",
    "X-Auth-Request-Groups",
    "X-Auth-Request-Preferred-Username",
    "X-Auth-Request-User",
    "X-Authenticated-User",
    "X-Forwarded-Access-Token",
    "X-Forwarded-Email",
    "X-Forwarded-For",
    "X-Forwarded-Groups",
    "X-Forwarded-Host",
    "X-Forwarded-Preferred-Username",
    "X-Forwarded-User",
    "X-Real-IP",
    "X-Remote-Group",
    "X-Remote-User",
    "X-SSL-Client-Verify",
    "X-User",
    "X-Webauth-User",
    "X_Remote_User",
]


@pytest.mark.parametrize(
    "path", ["/", "/_stcore/stream", "/_stcore/health", "/_stcore/host-config", "/original/a/b.pdf", "/kb/de.js"]
)
def test_nobody_can_claim_to_be_someone_else(mirror: Server, path: str) -> None:
    claims = dict.fromkeys([*CLAIMS, "X-Erfunden"], "chefin")
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"} if path == "/_stcore/stream" else {}

    answer = mirror.get(path, claims | upgrade | {"X-Forwarded-Proto": "https"})

    assert answer.status == 200
    received = dict(json.loads(answer.body)["headers"])
    assert "chefin" not in str(received)
    assert received["X-Forwarded-Proto"] == "http"
    assert received.keys() <= {"Host", "X-Forwarded-Proto", "Connection", "Upgrade"}


@pytest.mark.parametrize(
    "host", ["fremd.example", "127.0.0.1", "localhost:8501", f"{NAME}.fremd.example", f"x{NAME}", "_", "[::1]"]
)
def test_a_foreign_host_is_refused(mirror: Server, host: str) -> None:
    assert mirror.get("/", host=host).status == 421


def test_a_foreign_host_beside_our_name_is_refused(mirror: Server) -> None:
    assert mirror.get(f"http://{NAME}/", host="fremd.example").status == 421
    assert mirror.get("http://fremd.example/", host=NAME).status == 421
    assert mirror.get("/", host=f"{NAME}:8080@fremd.example").status == 421
    assert mirror.get("/", host=NAME.upper()).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/metrics/",
        "/_stcore/metrics?families=x",
        "/_stcore//metrics",
        "//_stcore/metrics",
        "/_stcore/%6Detrics",
        "/_stcore%2Fmetrics",
        "/x/../_stcore/metrics",
        "/x/%2e%2e/_stcore/metrics",
        "/_stcore/agent",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/interact",
        "/_stcore/./agent/mcp",
    ],
)
def test_metrics_and_agents_are_refused(mirror: Server, path: str) -> None:
    assert mirror.get(path).status == 404
    assert mirror.get(path, method="POST", body=b"{}").status == 404


def test_a_large_upload_is_refused(mirror: Server) -> None:
    assert mirror.get("/", method="POST", body=b"x" * (1024 * 1024 + 1)).status == 413


def test_a_flood_of_sessions_is_refused_and_a_whole_office_is_not(mirror: Server) -> None:
    status = [mirror.get("/_stcore/stream").status for _ in range(150)]

    assert set(status) == {200}
    assert any(mirror.get("/_stcore/stream").status == 429 for _ in range(2000))
    assert mirror.get("/").status == 200


# ---- what is written down ----------------------------------------------------------------------------------------------

QUERY = "/?q=geheim"
REFERER = {"Referer": f"http://{NAME}/?q=geheim"}


def test_the_log_names_the_page_and_not_the_query(app: Server, site: Server) -> None:
    assert site.get(QUERY, REFERER).status == 200
    assert site.get("/vorschlaege?q=geheim", REFERER).status == 200
    assert site.get("/_stcore/metrics?q=geheim", REFERER).status == 404
    assert site.get("/bestand/danach?q=geheim", REFERER).status == 404

    written = site.wait_until_written("/bestand/danach")
    assert re.search(r'^\S+T\S+ GET "/" 200 \d+ [\d.]+ [\d.]+$', written, re.MULTILINE)
    assert "geheim" not in written
    assert "geheim" not in app.written()
    assert "127.0.0.1" not in written


def test_failures_do_not_log_the_query_either(widow: Server) -> None:
    assert widow.get(QUERY, REFERER).status == 503
    assert widow.get(QUERY, REFERER, method="POST", body=b"x" * (1024 * 1024 + 1)).status == 413
    assert widow.get(QUERY, REFERER, host="fremd.example").status == 421
    assert widow.get(QUERY, REFERER | {"X-Long": "x" * 40_000}).status == 400
    assert any(widow.get("/_stcore/stream?q=geheim", REFERER).status == 429 for _ in range(2000))
    assert widow.get("/danach").status == 503

    assert "geheim" not in widow.wait_until_written("/danach")


def test_during_a_restart_users_read_german(widow: Server) -> None:
    answer = widow.get("/")

    assert answer.status == 503
    assert answer.all("Content-Type") == ["text/html; charset=utf-8"]
    assert '<html lang="de">' in answer.body.decode()
    assert answer.all("Retry-After") == ["10"]


# ---- with a certificate ------------------------------------------------------------------------------------------------


def make_certificate(folder: Path) -> ssl.SSLContext:
    """Write a certificate for the site and return what a client needs to trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "fullchain.pem").write_bytes(pem)
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return ssl.create_default_context(cadata=pem.decode())


def test_with_the_tls_lines_the_site_speaks_https(tmp_path: Path) -> None:
    trust = make_certificate(tmp_path)
    with serving.echo() as upstream, serving.nginx(tmp_path, upstream=upstream, is_tls=True) as site:
        answer = site.get("/", {"X-Remote-User": "chefin"}, tls=trust)

        assert answer.status == 200
        assert dict(json.loads(answer.body)["headers"])["X-Forwarded-Proto"] == "https"
        assert b"chefin" not in answer.body
        assert answer.all("Set-Cookie") == ["_streamlit_xsrf=1; Path=/; Secure; SameSite=Lax"]
        assert answer.all("Strict-Transport-Security") == ["max-age=31536000"]
        assert site.get("/", host="fremd.example", tls=trust).status == 421


def test_with_the_tls_lines_http_leads_to_https_and_foreign_names_get_no_handshake(tmp_path: Path) -> None:
    trust = make_certificate(tmp_path)
    trust.check_hostname = False
    with serving.echo() as upstream, serving.nginx(tmp_path, upstream=upstream, is_tls=True) as site:
        plain = re.search(r"listen 127\.0\.0\.1:(\d+);\n", (tmp_path / "site.conf").read_text("utf-8"))
        assert plain
        moved = Server(port=int(plain[1]), output=tmp_path).get("/bestand?q=Umzug")

        assert (moved.status, moved.headers["Location"]) == (301, f"https://{NAME}/bestand?q=Umzug")
        with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
            Server(port=site.port, output=tmp_path, name="fremd.example").get("/", tls=trust)
