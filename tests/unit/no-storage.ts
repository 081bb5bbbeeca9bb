/** Where a client of Auth keeps its sign-in: nothing stays, nobody is signed in. */
export const noStorage = {
	getItem: () => Promise.resolve(null),
	setItem: () => Promise.resolve(),
	removeItem: () => Promise.resolve()
};
