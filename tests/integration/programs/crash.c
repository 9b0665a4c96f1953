/* Reads from where nothing is. */

static int *volatile nowhere = (int *)16;

int main(void)
{
	return *nowhere;
}
