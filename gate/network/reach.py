"""How a service is reached: directly or through a proxy, and whom it is believed to be."""

import ssl
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from gate.errors import UsageError
from gate.network.connection import OneConnection

_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1)


def transport_to(url: str) -> httpx.AsyncBaseTransport:
    """A transport with one connection to the service at an address. Raises `UsageError` as `proxy_to` does."""
    tls = _tls() if url.startswith("https") else _trusting_nobody()
    proxy = proxy_to(url)
    return httpx.AsyncHTTPTransport(verify=tls, limits=_ONE, proxy=proxy) if proxy else OneConnection(tls)


def proxy_to(url: str) -> str | None:
    """The proxy the environment names for an address (`HTTPS_PROXY`, `NO_PROXY` …). Raises `UsageError` for SOCKS."""
    parts = urlsplit(url)
    named = getproxies()
    proxy = named.get(parts.scheme) or named.get("all")
    if not proxy or proxy_bypass(parts.hostname or ""):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not proxy.startswith(("http://", "https://")):
        raise UsageError(
            f"the proxy for {parts.hostname} is of a kind the gate cannot use: {urlsplit(proxy).scheme}",
            "name an HTTP proxy in HTTPS_PROXY, or except the host in NO_PROXY",
        )
    return proxy


@cache
def _tls() -> ssl.SSLContext:
    """One for the whole process: making one takes 20 ms or more."""
    context = httpx.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


@cache
def _trusting_nobody() -> ssl.SSLContext:
    """For services without TLS: nothing to load, and a secure address that one of them is given is refused."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
