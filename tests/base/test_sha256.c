/* The examples of FIPS 180-4 (NIST, "SHA-256 examples"), in base64. */
#include "base/sha256.h"

#include <string.h>

#include "tests/test.h"

static void check(const char *text, size_t repeated, const char *want)
{
    char got[SHA256_BASE64];
    struct sha256 s;
    sha256_begin(&s);
    for (size_t i = 0; i < repeated; i++)
        sha256_add(&s, text, strlen(text));
    sha256_base64(&s, got);
    assert_string_equal(got, want);
}

static void the_examples_of_the_standard_agree(void **state)
{
    (void)state;
    check("", 1, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    check("abc", 1, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    check("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
          "JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE=");
    check("a", 1000000, "zcduXJkU+5KBocfihNc+Z/GAmkiklyAOBG05zMcRLNA=");
}

static void pieces_hash_as_their_whole(void **state)
{
    (void)state;
    char whole[SHA256_BASE64], pieces[SHA256_BASE64];
    unsigned char bytes[200];
    struct sha256 s;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(7 * i);
    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        sha256_begin(&s);
        sha256_add(&s, bytes, sizeof bytes);
        sha256_base64(&s, whole);
        sha256_begin(&s);
        sha256_add(&s, bytes, cut);
        sha256_add(&s, bytes + cut, sizeof bytes - cut);
        sha256_base64(&s, pieces);
        assert_string_equal(whole, pieces);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard_agree),
        cmocka_unit_test(pieces_hash_as_their_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
