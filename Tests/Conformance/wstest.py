"""Runs autobahntestsuite's `wstest` from a folder made by `pip install --target`. Python 2.7.

addsitedir reads the .pth files there; without it the namespace package `zope` isn't found.
"""
import site
import sys

site.addsitedir(sys.argv.pop(1))

from autobahntestsuite import wstest  # noqa: E402 (found only after addsitedir)

wstest.run()
