/** Resolves with what the browser answers. */
export function answered<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((done, failed) => {
		request.onsuccess = () => done(request.result);
		request.onerror = () => failed(request.error);
	});
}

/** Resolves once all that the transaction wrote is kept. */
export function ended(transaction: IDBTransaction): Promise<void> {
	return new Promise((done, failed) => {
		transaction.oncomplete = () => done();
		transaction.onabort = () =>
			failed(transaction.error ?? new DOMException('aborted', 'AbortError'));
	});
}
