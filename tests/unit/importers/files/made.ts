export const config = { name: "made", schedule: `*/${EVERY} * * * *` }
