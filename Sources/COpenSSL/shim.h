#pragma once
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

/* X.509 */
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

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
