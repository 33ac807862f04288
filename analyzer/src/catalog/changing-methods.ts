/** Methods of lists, maps and sets that change what they are called on. */
export const changingMethods: readonly string[] =
  'push pop shift unshift splice sort reverse fill copyWithin set add delete clear'.split(' ');
