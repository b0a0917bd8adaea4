"""The suite as a folder of pages that need no kernel, no network and no server."""

from .pages import build as build
