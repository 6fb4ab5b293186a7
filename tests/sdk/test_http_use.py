"""How the clients use httpx, seen from the other end of the connection."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

import provenite
from provenite import AsyncClient, Client, Retry, Signer
from provenite._public_log import PublicLog
from tests.sdk.serving_logs import coded_twice, saying

ONCE = Retry(attempts=1)
CODED = pytest.raises(provenite.AnswerError, match="content-encoding 'gzip, gzip'")
Handler = Callable[[httpx.Request], httpx.Response]


def answering(handler: Handler, url: str = "https://ledger.test") -> Client:
    # Even a client that would follow redirects must not carry a token elsewhere.
    http = httpx.Client(transport=httpx.MockTransport(handler), follow_redirects=True)
    return Client(url, retry=ONCE, http_client=http)


def test_requests_name_the_sdk_and_keep_the_address_s_path() -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(
            200, json={"origin": "o", "registrar": "r", "size": 1, "version": "1", "later": True}
        )

    assert answering(handler, "https://ledger.test/under/").ledger().origin == "o"
    assert str(seen[0].url) == "https://ledger.test/under/v1/ledger"
    assert seen[0].headers["user-agent"].startswith("provenite/")


def test_a_redirect_is_not_followed() -> None:
    hosts = []

    def handler(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(307, headers={"location": "https://elsewhere.test/"})

    with pytest.raises(provenite.AnswerError, match="status 307"):
        answering(handler).ledger()
    assert hosts == ["ledger.test"]


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (httpx.ConnectError, provenite.ConnectionFailed),
        (httpx.RemoteProtocolError, provenite.ConnectionFailed),
        (httpx.DecodingError, provenite.ConnectionFailed),
        (httpx.ReadTimeout, provenite.TimedOut),
        (httpx.ConnectTimeout, provenite.TimedOut),
    ],
)
async def test_what_breaks_on_the_way_is_a_transport_error(
    raised: type[httpx.RequestError], kind: type[provenite.TransportError]
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise raised("broke", request=request)

    with pytest.raises(kind, match=r"https://ledger\.test: broke"):
        answering(handler).ledger()
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as http:
        client = AsyncClient("https://ledger.test", retry=ONCE, http_client=http)
        with pytest.raises(kind):
            await client.ledger()


async def test_an_answer_that_would_grow_when_it_is_decoded(tmp_path: Path) -> None:
    key = Signer.generate()
    with saying(coded_twice(content_type="application/json")) as url:
        with Client(url, key, origin="o", retry=ONCE) as client, CODED:
            client.ledger()
        async with AsyncClient(url, key, origin="o", retry=ONCE) as other:
            with CODED:
                await other.ledger()
    with saying(coded_twice(content_type="application/zip")) as url:
        with Client(url, key, origin="o", retry=ONCE) as client, CODED:
            client.pack("b", tmp_path / "pack.zip")
        async with AsyncClient(url, key, origin="o", retry=ONCE) as other:
            with CODED:
                await other.pack("b", tmp_path / "pack.zip")


def test_a_log_s_file_that_would_grow_when_it_is_decoded() -> None:
    with saying(coded_twice()) as url, PublicLog(url) as log, CODED:
        log.checkpoint()


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nx: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_log_s_file_that_comes_by_drips(head: bytes) -> None:
    late = pytest.raises(provenite.TimedOut, match="no whole answer within")
    with saying(head, b"x" * 1000, 0.02) as url, PublicLog(url, 0.3) as log, late:
        log.checkpoint()
