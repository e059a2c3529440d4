export default async function ({ container }) {}
export const config = {
  /* twice a day */
  name: `daily-product-report`,
  schedule: '0 0 6 * * *',
  numberOfExecutions: 3,
  concurrency: "forbid",
  data: { a: [1, 2] },
} as const
