#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * In builds without libFuzzer: runs a fuzz target over every file of its corpus, so that each input
 * that once did harm stays tested. usage: fuzz_NAME CORPUS_DIR
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *dir, const char *name)
{
	char path[4096];
	uint8_t *bytes;
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "rb");
	if (!file)
		return -1;
	bytes = malloc(1 << 20);
	len = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	/* of exactly its size, so that reading past it is seen */
	bytes = realloc(bytes, len ? len : 1);
	LLVMFuzzerTestOneInput(bytes, len);
	free(bytes);
	return 0;
}

int main(int argc, char **argv)
{
	struct dirent *entry;
	int nr = 0;
	DIR *dir;

	if (argc != 2 || !(dir = opendir(argv[1]))) {
		fprintf(stderr, "usage: %s CORPUS_DIR\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && replay(argv[1], entry->d_name) == 0)
			nr++;
	closedir(dir);
	printf("%d inputs replayed\n", nr);
	return nr ? 0 : 1;
}
