#!/bin/sh
# pip, conda, apt and their like: there is no network to install from, and this says what is there.
exec /usr/bin/python3 -P -m power_worker.installers "$@"
