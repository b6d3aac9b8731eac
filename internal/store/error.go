package store

import (
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"power-interpreter/orchestrator"
)

var (
	errDamaged = errors.New("the file is damaged")
	errNewer   = errors.New("the file is of a newer version of this program")
)

// unusable says whether an error is the file's own, not the disk's.
func unusable(err error) bool {
	var e *sqlite.Error
	if errors.As(err, &e) {
		primary := e.Code() & 0xff // sqlite.org/rescode.html#primary_result_codes_versus_extended_result_codes
		return primary == sqlite3.SQLITE_CORRUPT || primary == sqlite3.SQLITE_NOTADB
	}
	return errors.Is(err, errDamaged) || errors.Is(err, errNewer)
}

// explain says in a caller's words what is wrong with the disk.
func explain(err error) error {
	if err == nil {
		return nil
	}
	words := "the server cannot write its record of executions"
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			words = "the server's disk is full"
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
			words = "the server's data folder cannot be written"
		}
	}
	return orchestrator.Hide(orchestrator.CodeUnavailable, err, "%s; tell whoever runs it, and try again later", words)
}
