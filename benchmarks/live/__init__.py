"""How fast a committed change reaches five hundred open boards, and whether all of them end up right.

Floor: one plain ``group_send`` of the same bytes to one consumer per socket, on the same server and channel layer, in
rounds that alternate with ours. Both are measured from the moment before the sender begins to send until the frame is
read by a separate client process; ours includes the commit, the numbering and the rendering of the card.
"""
