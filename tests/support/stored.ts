/**
 * Runs in the page: all that the database of its account holds, as text. With a newer `version` it
 * is taken over as a newer release of the app would. A read waits for the writes asked for before it.
 */
export async function stored(version: number | null): Promise<string> {
	const all = await indexedDB.databases();
	const name = all.map((one) => one.name ?? '').find((one) => /^cercle-[0-9a-f-]{36}$/.test(one));
	const database = await new Promise<IDBDatabase>((done, failed) => {
		const request = indexedDB.open(name ?? '', version ?? undefined);
		request.onsuccess = () => done(request.result);
		request.onerror = () => failed(request.error);
	});
	const values = await Promise.all(
		[...database.objectStoreNames].map(
			(store) =>
				new Promise((done) => {
					const request = database.transaction(store).objectStore(store).getAll();
					request.onsuccess = () => done(request.result);
				})
		)
	);
	database.close();
	return JSON.stringify(values);
}
