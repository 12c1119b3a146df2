/** Deletes an account: one request erases as much as it has time for. */
export async function eraseAll(erase: () => Promise<{ isComplete: boolean }>): Promise<void> {
  let isComplete = false;
  while (!isComplete) ({ isComplete } = await erase());
}
