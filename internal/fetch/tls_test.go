package fetch_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/fetch"
)

func trusting(server *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return pool
}

// serveTLS runs an encrypted web server, with the test library's certificate
// where cert is nil.
func serveTLS(t *testing.T, handler http.HandlerFunc, cert *tls.Certificate) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if cert != nil {
		server.TLS = &tls.Config{Certificates: []tls.Certificate{*cert}}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// expired makes a certificate that was good until yesterday.
func expired(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().AddDate(0, -1, 0), NotAfter: time.Now().AddDate(0, 0, -1),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestCertificatesAreChecked(t *testing.T) {
	csv := file("text/csv", "1,2")
	good := serveTLS(t, csv, nil)
	old := serveTLS(t, csv, expired(t))
	config := fetch.Config{AllowPrivate: loopback, RootCAs: trusting(good)}
	config.RootCAs.AddCert(old.Certificate())
	if _, body, err := get(t, config, good.URL+"/x.csv", ""); err != nil || body != "1,2" {
		t.Fatalf("with a good certificate: %q, %v", body, err)
	}

	elsewhere := config
	elsewhere.Resolver = resolving("other.test", "127.0.0.1")
	for _, test := range []struct {
		config fetch.Config
		url    string
		words  string
	}{
		{fetch.Config{AllowPrivate: loopback}, good.URL, "authority"},
		{elsewhere, "https://other.test:" + portOf(good.URL), "another host"},
		{config, old.URL, "expired"},
		{config, strings.Replace(serve(t, csv), "http:", "https:", 1), "http instead of https"},
	} {
		_, _, err := get(t, test.config, test.url+"/x.csv", "")
		wantWords(t, wantCode(t, err, fetch.TLS), test.words)
	}
}

func TestARedirectFromHTTPSToHTTPIsRefused(t *testing.T) {
	plain := serve(t, file("text/csv", "1,2"))
	secure := serveTLS(t, redirect(plain+"/x.csv"), nil)
	_, _, err := get(t, fetch.Config{AllowPrivate: loopback, RootCAs: trusting(secure)}, secure.URL+"/x.csv", "")
	wantWords(t, wantCode(t, err, fetch.UnsafeRedirect), "plain http", "fetch the http address itself")
}

func TestARedirectFromHTTPToHTTPSIsFollowed(t *testing.T) {
	secure := serveTLS(t, file("text/csv", "1,2"), nil)
	plain := serve(t, redirect(secure.URL+"/x.csv"))
	_, body, err := get(t, fetch.Config{AllowPrivate: loopback, RootCAs: trusting(secure)}, plain+"/start", "")
	if err != nil || body != "1,2" {
		t.Errorf("got %q, %v", body, err)
	}
}
