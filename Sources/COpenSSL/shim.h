#pragma once
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* OpenSSL's macros are not there for Swift: what it needs of them has a function here. */

/* TLS */
static inline int postern_ctx_set_versions(SSL_CTX *ctx, int minimum, int maximum) {
    return SSL_CTX_set_min_proto_version(ctx, minimum) && SSL_CTX_set_max_proto_version(ctx, maximum);
}
static inline void postern_ctx_set_manners(SSL_CTX *ctx) {
    SSL_CTX_set_options(ctx, SSL_OP_NO_SSLv2 | SSL_OP_NO_SSLv3 | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION
                                 | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    /* A file's chain is sent as it is: without the last one a certificate that has no chain is looked up at each handshake. */
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                              | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
}
static inline int postern_ctx_set_groups(SSL_CTX *ctx, const char *list) { return SSL_CTX_set1_groups_list(ctx, (char *)list); }
static inline void postern_ctx_set_server_name_callback(SSL_CTX *ctx, int (*callback)(SSL *, int *, void *), void *argument) {
    SSL_CTX_set_tlsext_servername_callback(ctx, callback);
    SSL_CTX_set_tlsext_servername_arg(ctx, argument);
}
static inline int postern_ssl_set_server_name(SSL *ssl, const char *name) { return SSL_set_tlsext_host_name(ssl, (char *)name); }
static inline void postern_bio_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void postern_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }

/* The parameters of a Diffie-Hellman exchange in a prime field: a named group, or for 1024 bits RFC 2409's second Oakley group,
   which has no name in OpenSSL. NULL when the library refuses. */
static inline EVP_PKEY *postern_dh_named(const char *group) {
    EVP_PKEY *parameters = NULL;
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
    OSSL_PARAM choice[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)group, 0), OSSL_PARAM_construct_end()};
    if (maker && EVP_PKEY_paramgen_init(maker) > 0 && EVP_PKEY_CTX_set_params(maker, choice) > 0) EVP_PKEY_paramgen(maker, &parameters);
    EVP_PKEY_CTX_free(maker);
    return parameters;
}
static inline EVP_PKEY *postern_dh_1024(void) {
    EVP_PKEY *parameters = NULL;
    BIGNUM *prime = BN_get_rfc2409_prime_1024(NULL), *generator = BN_new();
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM *numbers = NULL;
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
    if (prime && generator && builder && maker && BN_set_word(generator, 2)
        && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_FFC_P, prime)
        && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_FFC_G, generator) && (numbers = OSSL_PARAM_BLD_to_param(builder))
        && EVP_PKEY_fromdata_init(maker) > 0)
        EVP_PKEY_fromdata(maker, &parameters, EVP_PKEY_KEY_PARAMETERS, numbers);
    EVP_PKEY_CTX_free(maker);
    OSSL_PARAM_free(numbers);
    OSSL_PARAM_BLD_free(builder);
    BN_free(generator);
    BN_free(prime);
    return parameters;
}

/* Sets both of a ticket's algorithms, AES-256-CBC and HMAC-SHA-256. RFC 5077 §4 */
static inline int postern_ticket_prepare(EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, unsigned char *iv, const unsigned char *cipher_key,
                                         unsigned char *mac_key, size_t mac_key_length, int encrypts) {
    OSSL_PARAM choice[] = {OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, mac_key, mac_key_length),
                           OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0), OSSL_PARAM_construct_end()};
    return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, cipher_key, iv, encrypts) && EVP_MAC_CTX_set_params(mac, choice);
}

/* X.509 */

/* No password is known here, and nobody is asked for one: `wanted` learns that there should be one. */
static int postern_x509_no_password(char *buffer, int size, int writing, void *wanted) {
    (void)buffer; (void)size; (void)writing;
    *(int *)wanted = 1;
    return -1;
}

static inline X509 *postern_x509_read_certificate(BIO *bio) {
    int wanted = 0;
    return PEM_read_bio_X509(bio, NULL, postern_x509_no_password, &wanted);
}

static inline EVP_PKEY *postern_x509_read_key(BIO *bio, int *wanted) {
    return PEM_read_bio_PrivateKey(bio, NULL, postern_x509_no_password, wanted);
}

static inline int postern_x509_write_key(BIO *bio, const EVP_PKEY *key) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
}

static inline long postern_x509_content(BIO *bio, char **content) { return BIO_get_mem_data(bio, content); }

/* `CN=mail.example.org, O=Example` in UTF-8, control characters escaped. */
static inline int postern_x509_print_name(BIO *bio, const X509_NAME *name) {
    unsigned long flags = (ASN1_STRFLGS_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) | XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_DN_REV | XN_FLAG_FN_SN;
    return X509_NAME_print_ex(bio, name, 0, flags) >= 0;
}

/* What lies in a certificate's list of names; `octets` stay the list's own. */
static inline GENERAL_NAMES *postern_x509_alternative_names(const X509 *certificate) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}

static inline int postern_x509_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }

static inline int postern_x509_name(const GENERAL_NAMES *names, int index, const unsigned char **octets, int *length) {
    int type = GEN_OTHERNAME;
    const ASN1_STRING *text = (const ASN1_STRING *)GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, index), &type);
    if (type != GEN_DNS && type != GEN_IPADD) return type;
    *octets = ASN1_STRING_get0_data(text);
    *length = ASN1_STRING_length(text);
    return type;
}

static inline EVP_PKEY *postern_x509_make_rsa(unsigned int bits) { return EVP_RSA_gen(bits); }
static inline EVP_PKEY *postern_x509_make_ecdsa(const char *curve) { return EVP_EC_gen(curve); }

/* An extension of a certificate that is its own issuer, in the words of x509v3_config(5). */
static inline int postern_x509_add_extension(X509 *certificate, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    int added = extension != NULL && X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return added;
}
