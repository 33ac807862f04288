export { describeHistories, type DescribeHistoriesOptions } from './histories.js';
