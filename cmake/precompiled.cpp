// A library needs a source; what counts are the headers that its target precompiles.
