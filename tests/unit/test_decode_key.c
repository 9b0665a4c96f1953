#include "test.h"

#include <linux/keyctl.h>
#include <sys/uio.h>

#include "decode_build.h"

TEST(keys)
{
	static const int32_t dh[] = {1, KEY_SPEC_USER_KEYRING, -99};
	const struct {
		uint64_t name, info;
		uint32_t len, spare[8];
	} kdf = {CHUNK_AT(2), CHUNK_AT(3), 2, {0, 1}};
	static const struct {
		int32_t key;
		uint32_t in, out, spare[7];
	} pkey = {7, 3, 4, {0}};
	static const uint8_t caps[] = {3, 1, 9};
	const struct iovec iov[] = {{(void *)(uintptr_t)CHUNK_AT(2), 3}};
	const struct recorded rows[] = {
		{"keyctl", {KEYCTL_GET_KEYRING_ID, (uint32_t)KEY_SPEC_SESSION_KEYRING, 0}, 55,
			{{0}}, "keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0) = 55"},
		{"keyctl", {KEYCTL_UPDATE, 5, 0x1000, 3}, 0, {IN_BYTES(2, "a\0b")},
			"keyctl(KEYCTL_UPDATE, 5, \"a\\0b\", 3) = 0"},
		{"keyctl", {KEYCTL_DESCRIBE, 5, 0x1000, 64}, 9, {OUT_BYTES(2, "user;0;0\0")},
			"keyctl(KEYCTL_DESCRIBE, 5, \"user;0;0\", 64) = 9"},
		/* more than there was room for; nothing when it failed */
		{"keyctl", {KEYCTL_READ, 5, 0x1000, 2}, 9, {OUT_BYTES(2, "ab")},
			"keyctl(KEYCTL_READ, 5, \"ab\", 2) = 9"},
		{"keyctl", {KEYCTL_READ, 5, 0x1000, 2}, -EACCES, {{0}},
			"keyctl(KEYCTL_READ, 5, 0x1000, 2) = EACCES"},
		{"keyctl", {KEYCTL_SETPERM, 5, 0x3f010000}, 0, {{0}},
			"keyctl(KEYCTL_SETPERM, 5, KEY_POS_VIEW|KEY_POS_READ|KEY_POS_WRITE|"
			"KEY_POS_SEARCH|KEY_POS_LINK|KEY_POS_SETATTR|KEY_USR_VIEW) = 0"},
		{"keyctl", {KEYCTL_REJECT, 5, 9, 13, 0}, -EPERM, {{0}},
			"keyctl(KEYCTL_REJECT, 5, 9, EACCES, 0) = EPERM"},
		{"keyctl", {KEYCTL_SET_REQKEY_KEYRING, 99}, -EINVAL, {{0}},
			"keyctl(KEYCTL_SET_REQKEY_KEYRING, 99 /* KEY_REQKEY_DEFL_??? */) = EINVAL"},
		{"keyctl", {KEYCTL_SESSION_TO_PARENT, 1, 2}, 0, {{0}},
			"keyctl(KEYCTL_SESSION_TO_PARENT) = 0"},
		{"keyctl", {KEYCTL_INSTANTIATE_IOV, 5, 0x1000, 1, 6}, 0,
			{IN(2, iov), IN_BYTES(2, "xyz")},
			"keyctl(KEYCTL_INSTANTIATE_IOV, 5, [{iov_base=\"xyz\", iov_len=3}], 1, 6) = 0"},
		{"keyctl", {KEYCTL_DH_COMPUTE, 0x4000, 0x5000, 0, 0x1000}, -EINVAL,
			{IN(4, kdf), IN_TEXT(4, "sha1"), IN_BYTES(4, "ab"), IN(1, dh)},
			"keyctl(KEYCTL_DH_COMPUTE, {private=1, prime=KEY_SPEC_USER_KEYRING, "
			"base=-99}, 0x5000, 0, {hashname=\"sha1\", otherinfo=\"ab\", otherinfolen=2, "
			"__spare=[0, 0x1, 0, 0, 0, 0, 0, 0]}) = EINVAL"},
		{"keyctl", {KEYCTL_PKEY_SIGN, 0x1000, 0x2000, 0x3000, 0x4000}, 0,
			{IN(1, pkey), IN_TEXT(2, "enc=raw"), IN_BYTES(3, "abcd"),
				OUT_BYTES(4, "wxyz!")},
			"keyctl(KEYCTL_PKEY_SIGN, {key_id=7, in_len=3, out_len=4}, \"enc=raw\", "
			"\"abc\", \"wxyz\") = 0"},
		{"keyctl", {KEYCTL_CAPABILITIES, 0x1000, 3}, 3, {OUT(1, caps)},
			"keyctl(KEYCTL_CAPABILITIES, [KEYCTL_CAPS0_CAPABILITIES|"
			"KEYCTL_CAPS0_PERSISTENT_KEYRINGS, KEYCTL_CAPS1_NS_KEYRING_NAME, 0x9], 3) = 3"},
		{"keyctl", {77, 1, 2, 3, 4}, -EOPNOTSUPP, {{0}},
			"keyctl(0x4d /* KEYCTL_??? */, 0x1, 0x2, 0x3, 0x4) = EOPNOTSUPP"},
	};

	CHECK(rows);
}
