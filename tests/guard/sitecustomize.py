"""A guard that every Python started by the test-suite carries: no connection may leave this
machine.

Loopback stays open, for JupyterLab, its kernels and a local cluster. With TAO_ECON_GUARD=strict not
even a socket may be
made. A refusal is also written to the file TAO_ECON_GUARD_LOG, so that code which swallows the
error is found out.
"""

import os
import sys
from socket import SOCK_DGRAM

# Dask asks the system by which of its own addresses it would reach these: a datagram socket's
# connect, which sends nothing
ASKED = {("8.8.8.8", 80), ("2001:4860:4860::8888", 80)}
NEAR = {None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::"}
STRICT = os.environ.get("TAO_ECON_GUARD") == "strict"


def refuse(event, arguments):
    if event == "socket.__new__" and STRICT:
        wanted = "a socket"
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        if (
            arguments[0].type == SOCK_DGRAM
            and arguments[1][:2] in ASKED
            and event == "socket.connect"
        ):
            return
        wanted = arguments[1][0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        wanted = arguments[0]
    else:
        return
    wanted = wanted.decode(errors="replace") if isinstance(wanted, bytes) else wanted
    if wanted in NEAR or (
        isinstance(wanted, str) and (wanted.startswith("127.") or wanted == NODE)
    ):
        return
    line = f"nothing may reach beyond this machine: {event} {wanted}"
    if log := os.environ.get("TAO_ECON_GUARD_LOG"):
        with open(log, "a", encoding="utf-8") as file:
            file.write(line + "\n")
    raise PermissionError(line)


NODE = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME")
if not hasattr(sys, "tao_econ_guarded"):
    sys.tao_econ_guarded = True
    sys.addaudithook(refuse)
