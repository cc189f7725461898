/* The least that a hook or a driver can start. */
int main(void)
{
	return 0;
}
