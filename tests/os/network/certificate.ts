/**
 * A certificate for ok.test and other.test, signed by itself, valid for a hundred years, and its key. For TLS servers of
 * tests only. Made by: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500
 * -subj /CN=ok.test -addext subjectAltName=DNS:ok.test,DNS:other.test
 */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUKlXN22kYgeriiklpqSgpFUnamqowCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHb2sudGVzdDAgFw0yNjExMjYwOTM3MjFaGA8yMTI2MTEwMjA5
MzcyMVowEjEQMA4GA1UEAwwHb2sudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABHwsyd9QC2nPhq27GvbWA67fX+yA6BwbkyepBu50/WvKUydg3YhaZA8QHSEg
eqwMnAUZ/a6H5kGYU8kcW2w1JSCjczBxMB0GA1UdDgQWBBRPo9B6sjbVpau+x2RH
D99LftmNvTAfBgNVHSMEGDAWgBRPo9B6sjbVpau+x2RHD99LftmNvTAPBgNVHRMB
Af8EBTADAQH/MB4GA1UdEQQXMBWCB29rLnRlc3SCCm90aGVyLnRlc3QwCgYIKoZI
zj0EAwIDSQAwRgIhAORpe9GlTN0x0qdd4PxTiSUyQZZvfis/rvsIaBfe1WukAiEA
0c+MTBjjF/XA5z55kLIY/8e9ilHVMJXxOUVln/ECGeU=
-----END CERTIFICATE-----
`;

export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjQK07MfzZr+473N8
6dol3habHNxlNDPHIuQ/3Nera/ahRANCAAR8LMnfUAtpz4atuxr21gOu31/sgOgc
G5MnqQbudP1rylMnYN2IWmQPEB0hIHqsDJwFGf2uh+ZBmFPJHFtsNSUg
-----END PRIVATE KEY-----
`;
