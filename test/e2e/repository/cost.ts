/** What `monthly_cost` says in the end: the sum, what its prices are, and when they were noted. */
export const MONTHLY_COST = /about \$\d+\.\d\d \(list prices of [^)]+, noted \d{4}-\d\d-\d\d\b/;
