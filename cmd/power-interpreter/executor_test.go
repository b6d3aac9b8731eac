package main

import (
	"strings"
	"testing"
)

func TestNeitherExecutorNorFrontStartsOpenToStrangers(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"executor --executor-listen=0.0.0.0:0", "EXECUTOR_TOKEN"},
		{"executor --executor-listen=0.0.0.0:0 --executor-token=12345678", "EXECUTOR_TLS_CERT"},
		{"executor --executor-token=short", "at least 8"},
		{"serve --executor-url=http://192.0.2.1:8080", "EXECUTOR_INSECURE"},
		{"serve --executor-url=executor:8080", "EXECUTOR_URL"},
		{"serve --executor-url=https://localhost:1 --executor-ca=executor_test.go", "EXECUTOR_CA"},
		{"stdio --executor-url=http://localhost:1 --executor-token=a:12345678,b:123456789", "several tokens"},
		{"sessions purge --executor-url=http://192.0.2.1:8080", "EXECUTOR_INSECURE"},
	} {
		err := run(t.Context(), strings.Fields(c.args))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "12345678") {
			t.Errorf("%s: %v does not name %s", c.args, err, c.want)
		}
	}
}
