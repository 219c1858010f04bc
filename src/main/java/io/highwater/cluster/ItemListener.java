package io.highwater.cluster;

import io.highwater.backbone.Draft;
import io.highwater.channel.Members;
import io.highwater.channel.Occupancy;

/** What each kind of {@link Item} means to the node that receives it. Called one at a time. */
interface ItemListener {
    void onPublished(Draft draft);

    void onWatch(Peer from, String channel);

    void onUnwatch(Peer from, String channel);

    void onAll(Peer from, String channel, Members members);

    void onChange(Peer from, Item.Change change);

    void onResync(Peer from);

    void onQuestion(Peer from, Item.Question question);

    void onAnswer(Peer from, long id, Occupancy occupancy);

    void onBye(Peer from);
}
