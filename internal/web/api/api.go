// Package api answers programs: JSON in, JSON out, faults as problem+json.
package api
