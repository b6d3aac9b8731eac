package main

// Mozilla's certificate authorities, for where the host has none: an image that
// holds nothing but this program. A bundle of the host's goes first.
import _ "golang.org/x/crypto/x509roots/fallback"
